import CEpoch

/// What the threads of one shard have retired: the open batch, closed batches by epoch, and what only waits for its turn to end.
///
/// All functions are thread safe: each takes the shard's lock, and none runs an end.
struct RetiredShard {
  private struct Batch {
    let epoch: UInt64
    var things: [Retired]
    /// See `SweepLog`.
    let cycle: UInt64
  }

  private struct State {
    var open: [Retired] = []
    var openBytes = 0
    /// By epoch, the oldest first.
    var closed: [Batch] = []
    /// Taken from the end.
    var ready: [Batch] = []
    var readyCount = 0
    var waitingBytes = 0
    var waitingCount = 0
    var endedCount = 0
    var endedBytes = 0
  }

  // Beside the state, not in it: to change a part of a Swift value is to have access to the whole of it.
  private let lockWord: UnsafeMutablePointer<UInt32>
  private let state: UnsafeMutablePointer<State>

  init() {
    // Threads that use different shards write different lines.
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: (16 + MemoryLayout<State>.size + 127) & ~127, alignment: 128)
    lockWord = memory.bindMemory(to: UInt32.self, capacity: 1)
    lockWord.initialize(to: 0)
    state = (memory + 16).bindMemory(to: State.self, capacity: 1)
    state.initialize(to: State())
  }

  /// Ends the shard; nothing may wait in it.
  func destroy() {
    state.deinitialize(count: 1)
    UnsafeMutableRawPointer(lockWord).deallocate()
  }

  @inline(__always) private func lock() { belay_epoch_lock(lockWord) }
  @inline(__always) private func unlock() { belay_epoch_unlock(lockWord) }

  /// Adds a thing to the open batch, and closes the batch when it is full.
  ///
  /// - Returns: Whether something is ready to end.
  func add(
    _ retired: Retired, batchCount: Int, batchBytes: Int, domain: UnsafeMutablePointer<belay_epoch_domain>
  ) -> Bool {
    lock()
    defer { unlock() }
    state.pointee.open.append(retired)
    state.pointee.openBytes &+= retired.byteCount
    state.pointee.waitingCount &+= 1
    state.pointee.waitingBytes &+= retired.byteCount
    if state.pointee.open.count >= batchCount || state.pointee.openBytes >= batchBytes {
      closeOpen(domain)
      sort(domain)
      state.pointee.open.reserveCapacity(batchCount)
    }
    return state.pointee.readyCount > 0
  }

  /// Closes the open batch, and finds what has become ready.
  func close(_ domain: UnsafeMutablePointer<belay_epoch_domain>) {
    lock()
    defer { unlock() }
    closeOpen(domain)
    sort(domain)
  }

  private func closeOpen(_ domain: UnsafeMutablePointer<belay_epoch_domain>) {
    guard !state.pointee.open.isEmpty else { return }
    FaultStep.epochCloses.reached()
    state.pointee.closed.append(
      Batch(
        epoch: belay_epoch_advance(domain), things: state.pointee.open,
        cycle: SweepLog.begin(.batch, bytes: state.pointee.openBytes)))
    state.pointee.open = []
    state.pointee.openBytes = 0
  }

  /// Moves the batches whose readers have gone to those that are ready.
  private func sort(_ domain: UnsafeMutablePointer<belay_epoch_domain>) {
    guard !state.pointee.closed.isEmpty else { return }
    var owner: UInt64 = 0
    let oldest = belay_epoch_oldest(domain, &owner)
    let passed = state.pointee.closed.firstIndex { $0.epoch >= oldest } ?? state.pointee.closed.count
    for batch in state.pointee.closed[..<passed] {
      state.pointee.readyCount &+= batch.things.count
      state.pointee.ready.append(batch)
    }
    state.pointee.closed.removeSubrange(..<passed)
  }

  /// Takes things that are ready to end; the caller runs their ends.
  ///
  /// - Returns: How many were put into the memory, and the sweep cycle whose last things they are.
  func takeReady(into memory: UnsafeMutableBufferPointer<Retired>) -> (count: Int, endedCycle: UInt64) {
    lock()
    defer { unlock() }
    var taken = 0
    var cycle: UInt64 = 0
    while taken < memory.count, cycle == 0, let last = state.pointee.ready.indices.last {
      var bytes = 0
      while taken < memory.count, let retired = state.pointee.ready[last].things.popLast() {
        memory.initializeElement(at: taken, to: retired)
        taken &+= 1
        bytes &+= retired.byteCount
      }
      state.pointee.endedBytes &+= bytes
      state.pointee.waitingBytes &-= bytes
      SweepLog.released(state.pointee.ready[last].cycle, bytes: bytes)
      if state.pointee.ready[last].things.isEmpty { cycle = state.pointee.ready.removeLast().cycle }
    }
    state.pointee.readyCount &-= taken
    state.pointee.endedCount &+= taken
    state.pointee.waitingCount &-= taken
    return (taken, cycle)
  }

  /// Retired bytes whose end has not run.
  var waitingBytes: Int {
    lock()
    defer { unlock() }
    return state.pointee.waitingBytes
  }

  /// Adds what waits here to a report.
  func count(in report: inout EpochReport) {
    lock()
    defer { unlock() }
    report.waitingCount += state.pointee.waitingCount
    report.waitingBytes += state.pointee.waitingBytes
    report.readyCount += state.pointee.readyCount
    report.endedCount += state.pointee.endedCount
    report.endedBytes += state.pointee.endedBytes
  }
}
