import CEpoch

/// Says when memory that readers on other threads may still see can be given back.
///
/// Readers bracket each use of shared memory by a pin, which takes no lock and writes no line that another thread writes. Whoever takes something out of
/// a shared structure retires it: its end runs once, after every pin that was there at the time has ended.
///
///     let value = domain.withPin { table.load(slot)?.value }      // on any thread
///     …
///     let old = table.exchange(slot, new)                         // unlink first,
///     domain.retire(old)                                          // then retire
///
/// ## How it works
/// The domain has a number, the epoch. A pin announces the epoch that it meets, in a slot that belongs to its thread. Retired things gather in batches; a full batch
/// is closed with the epoch of the time, and the epoch moves on. The batch may go when no pin of this epoch or an earlier one is left: a pin of a later
/// epoch began after everything in the batch had been unlinked. The announcement is a plain store; the price of a barrier is paid by
/// whoever closes a batch, where the system can make all threads pass one.
///
/// Domains do not know each other: a reader that stays in one for long holds up that one only. A pin nests, in its own domain and in others, to any depth.
/// Any number of threads may pin, also while they end. Thread safe.
public final class EpochDomain: Sendable {
  // Sendable holds because the words behind the pointers are reached by atomic operations or under the lock of their shard.
  @usableFromInline nonisolated(unsafe) let state: UnsafeMutablePointer<belay_epoch_domain>
  private nonisolated(unsafe) let shards: UnsafeMutablePointer<RetiredShard>

  /// How many pins' worth of threads retire side by side without meeting.
  static let shardCount = 8

  /// The name that reports use.
  public let name: String
  /// How many retired things make a batch, at most.
  public let batchCount: Int
  /// How many retired bytes make a batch, at most.
  public let batchBytes: Int
  /// How many ends one call of `retire` runs at most; zero when only `reclaim` runs them.
  public let endsPerRetire: Int

  /// Makes a domain without pins.
  ///
  /// - Parameters:
  ///   - name: What reports call it.
  ///   - batchCount: How many retired things wait for each other. More make a batch cheaper, and memory come back later.
  ///   - batchBytes: How many retired bytes wait for each other.
  ///   - endsPerRetire: How many ends one call of `retire` runs at most: at least 2 for a domain that keeps up by itself, 0 for one whose ends run in
  ///     `reclaim` only, for instance because an end takes a lock that is held where things are retired.
  public init(
    name: String = "epochs", batchCount: Int = 1024, batchBytes: Int = 1 << 20, endsPerRetire: Int = 4
  ) {
    precondition(batchCount > 0 && batchBytes > 0 && endsPerRetire >= 0)
    belay_epoch_start()
    self.name = name
    self.batchCount = batchCount
    self.batchBytes = batchBytes
    self.endsPerRetire = endsPerRetire
    state = UnsafeMutableRawPointer.allocate(byteCount: 128, alignment: 128)
      .bindMemory(to: belay_epoch_domain.self, capacity: 1)
    state.initialize(to: belay_epoch_domain(epoch: 1))
    shards = .allocate(capacity: Self.shardCount)
    for index in 0..<Self.shardCount { (shards + index).initialize(to: RetiredShard()) }
  }

  /// Runs the ends of whatever is left: a domain that nobody refers to has no pins.
  deinit {
    // An end may retire what only it knew.
    while reclaim() > 0 {}
    for index in 0..<Self.shardCount { shards[index].destroy() }
    shards.deallocate()
    state.deallocate()
  }

  // MARK: Readers

  /// Runs a function; whatever it finds in the shared structure stays at least until it returns.
  ///
  /// Keep it short: while it runs, nothing of this domain is given back that is retired meanwhile.
  /// - Complexity: O(1) beside the function; two stores to a line of the calling thread.
  @inlinable @inline(__always)
  public func withPin<Result: ~Copyable, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let slot = belay_epoch_enter(state)
    defer { belay_epoch_leave(slot) }
    return try body()
  }

  /// Pins the domain until the pin ends; it may end on another thread.
  ///
  /// - Complexity: As `withPin`.
  @inlinable @inline(__always)
  public func pin() -> EpochPin { EpochPin(belay_epoch_enter(state), self) }

  /// A small number that tells the calling thread from the others that are alive, for spreading what threads write over several lines.
  ///
  /// Numbers of threads that have ended are given to new ones. A thread whose storage has been torn down already has the number zero.
  /// - Complexity: O(1); linear in the number of threads at a thread's first call.
  public static var threadNumber: Int { Int(truncatingIfNeeded: belay_epoch_thread_number()) }

  // MARK: The lower level

  /// The epoch now.
  @inlinable public var epoch: UInt64 { belay_epoch_current(state) }

  /// Begins a new epoch, and returns the one that ends: what has been unlinked before may go when that one `hasPassed`.
  ///
  /// For structures that keep their own lists of what they retired.
  /// - Complexity: O(1); every reader's next pin misses the cache once.
  @inlinable
  public func advance() -> UInt64 { belay_epoch_advance(state) }

  /// The oldest epoch that a pin has announced; `UInt64.max` when nothing is pinned.
  ///
  /// What was unlinked before an `advance` that returned a lesser number can no longer be seen by anybody.
  /// - Complexity: Linear in the number of threads that ran at the same time, and a barrier on all running threads: about a microsecond. Ask once for many.
  public func oldestPinnedEpoch() -> UInt64 {
    var owner: UInt64 = 0
    return belay_epoch_oldest(state, &owner)
  }

  /// Whether no pin of an epoch, or an earlier one, is left.
  ///
  /// - Complexity: As `oldestPinnedEpoch`.
  public func hasPassed(_ epoch: UInt64) -> Bool { oldestPinnedEpoch() > epoch }

  // MARK: Retiring

  /// Has a function run with a pointer when no reader can see it any more.
  ///
  /// The thing must have been unlinked: a pin that begins now must not find it. Runs at most `endsPerRetire` ends of other things; the caller must not
  /// hold a lock that one of them takes.
  /// - Parameters:
  ///   - pointer: What the function is given.
  ///   - byteCount: How much memory the end gives back, for the account and for the size of batches.
  ///   - end: What ends it. It may retire other things.
  /// - Complexity: O(1), and each `batchCount` calls once a barrier.
  public func retire(
    _ pointer: UnsafeMutableRawPointer, byteCount: Int = 0,
    end: @escaping @convention(c) (UnsafeMutableRawPointer, Int) -> Void
  ) {
    FaultStep.retires.reached()
    let shard = shards[Self.threadNumber & (Self.shardCount - 1)]
    let retired = Retired(pointer: pointer, byteCount: byteCount, end: end)
    let isReady = shard.add(retired, batchCount: batchCount, batchBytes: batchBytes, domain: state)
    // An end that retires does not run ends within: a long list whose members retire each other would fill the stack.
    guard isReady, endsPerRetire > 0, belay_epoch_begin_ends() != 0 else { return }
    runReady(of: shard, limit: endsPerRetire)
    belay_epoch_end_ends()
  }

  /// Runs the ends of what is ready in a shard, outside its lock.
  @discardableResult
  private func runReady(of shard: RetiredShard, limit: Int) -> Int {
    withUnsafeTemporaryAllocation(of: Retired.self, capacity: min(limit, 16)) { memory in
      var count = 0
      while count < limit {
        let taken = shard.takeReady(into: UnsafeMutableBufferPointer(rebasing: memory.prefix(limit - count)))
        if taken.count == 0 { break }
        FaultStep.endsRun.reached()
        for index in 0..<taken.count { memory[index].run() }
        count += taken.count
        if taken.endedCycle != 0 { SweepLog.end(taken.endedCycle, waitingBytes: shard.waitingBytes) }
      }
      return count
    }
  }

  /// Gives an object up when no reader can see it any more: its reference count goes down by one.
  ///
  /// - Complexity: As `retire(_:byteCount:end:)`.
  public func retire(_ object: consuming AnyObject, byteCount: Int = 0) {
    retire(Unmanaged.passRetained(object).toOpaque(), byteCount: byteCount) { pointer, _ in
      Unmanaged<AnyObject>.fromOpaque(pointer).release()
    }
  }

  /// Runs a function once when no reader can see any more what it is about to end.
  ///
  /// - Complexity: As `retire(_:byteCount:end:)`, and one allocation.
  public func retire(byteCount: Int = 0, _ end: @escaping @Sendable () -> Void) {
    retire(Unmanaged.passRetained(RetiredFunction(end)).toOpaque(), byteCount: byteCount) { pointer, _ in
      Unmanaged<RetiredFunction>.fromOpaque(pointer).takeRetainedValue().function()
    }
  }

  /// Gives a block back to its allocator when no reader can see it any more.
  ///
  /// - Complexity: As `retire(byteCount:_:)`.
  public func retire(_ block: MemoryBlock, to allocator: any BucketAllocator) {
    retire(byteCount: block.byteCount) { allocator.deallocate(block) }
  }

  /// Closes what has been retired, and runs the ends of what no reader can see any more.
  ///
  /// - Parameter limit: How many ends run, at most.
  /// - Returns: How many ran.
  /// - Complexity: A barrier for each shard that waits, and linear in what runs.
  @discardableResult
  public func reclaim(limit: Int = .max) -> Int {
    guard belay_epoch_begin_ends() != 0 else { return 0 }
    defer { belay_epoch_end_ends() }
    var count = 0
    for index in 0..<Self.shardCount where count < limit {
      shards[index].close(state)
      count += runReady(of: shards[index], limit: limit - count)
    }
    return count
  }

  /// What waits, and who holds it up.
  ///
  /// - Complexity: As `oldestPinnedEpoch`.
  public var report: EpochReport {
    var owner: UInt64 = 0
    let oldest = belay_epoch_oldest(state, &owner)
    var report = EpochReport(epoch: epoch, oldestPinned: oldest == .max ? nil : oldest, oldestPinnedThread: owner)
    for index in 0..<Self.shardCount {
      shards[index].count(in: &report)
    }
    return report
  }
}

/// A function as something to retire.
private final class RetiredFunction: Sendable {
  let function: @Sendable () -> Void
  init(_ function: @escaping @Sendable () -> Void) { self.function = function }
}
