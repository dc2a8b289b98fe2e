import CEpoch
import Locks

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Gives large blocks back to the system in slices, so that nobody waits for gigabytes at once.
///
/// To unmap 256 MiB that have been touched takes about 20 milliseconds, and holds up every other thread that maps or first touches memory meanwhile. A
/// block that is at least `leastBytes` large therefore goes in slices, by default on a thread of its own that ends when nothing is left. When
/// more than `mostBytes` wait, whoever adds more gives back the excess itself. Thread safe.
public final class Sweeper: @unchecked Sendable {
  // Sendable holds because all state is reached under the lock only.

  /// The sweeper of all allocators that have no other.
  public static let shared = Sweeper()

  /// A block on its way out; it goes from its end to its start.
  private struct Item {
    var block: MemoryBlock
    let cycle: UInt64
    let release: @Sendable (MemoryBlock) -> Void
  }

  /// Smaller blocks go back at once.
  public let leastBytes: Int
  /// The bytes of a slice.
  public let sliceBytes: Int
  /// The most bytes that wait.
  public let mostBytes: Int

  private let mutex = Mutex()
  private var storedMode: SweepMode
  private var waiting: [Item] = []
  private var waitingBytes = 0
  /// Blocks whose pages are to be touched, the latest last.
  private var preparations: [MemoryPreparation] = []
  /// Small blocks whose pages are to be touched; and how many there are, read without the lock.
  private var untouched: [MemoryBlock] = []
  private let untouchedCount = UnsafeMutablePointer<UInt32>.allocate(capacity: 1)
  /// Held while the pages of one of them are touched.
  private let touching = Mutex()
  /// Maps on their way from one block to another.
  private var moves: [MemoryMove] = []
  private var releasedBytes = 0
  private var hasThread = false
  /// Whether the thread waits for the bell.
  private var isLingering = false
  private let bell = Bell()
  private var isStopped = false
  /// Whether something waits for a write to give it back; read without the lock.
  private let waitsForWrites = UnsafeMutablePointer<UInt32>.allocate(capacity: 1)

  /// Makes a sweeper.
  ///
  /// - Parameters:
  ///   - mode: How blocks go back.
  ///   - leastBytes: Smaller blocks go back at once.
  ///   - sliceBytes: The bytes of a slice; rounded to pages.
  ///   - mostBytes: The most bytes that wait.
  public init(
    mode: SweepMode = .background, leastBytes: Int = 256 << 10, sliceBytes: Int = 512 << 10, mostBytes: Int = 4 << 30
  ) {
    precondition(sliceBytes > 0 && mostBytes >= 0)
    storedMode = mode
    self.leastBytes = leastBytes
    self.sliceBytes = max(Int(SystemPages.byteCount), sliceBytes & ~(Int(SystemPages.byteCount) - 1))
    self.mostBytes = mostBytes
    waitsForWrites.initialize(to: 0)
    untouchedCount.initialize(to: 0)
  }

  deinit {
    while sweep() > 0 {}
    waitsForWrites.deallocate()
    untouchedCount.deallocate()
  }

  /// How blocks go back that are given up from now on. What waits in another mode goes on in the new one.
  public var mode: SweepMode {
    get { mutex.locked { storedMode } }
    set {
      mutex.locked { storedMode = newValue }
      if newValue == .atOnce { while sweep() > 0 {} } else { arrange() }
    }
  }

  /// Bytes that wait, and bytes that have gone back so far.
  public var report: (waitingBytes: Int, releasedBytes: Int) { mutex.locked { (waitingBytes, releasedBytes) } }

  /// Gives a block back, now or in slices later.
  ///
  /// - Parameters:
  ///   - block: The block; nobody uses it any more. The end of a slice is at a page boundary if the start of the block is.
  ///   - release: Gives a part back; called with parts of at most `sliceBytes` from the end to the start, on any thread.
  /// - Complexity: O(1), unless the mode or the bytes that wait already make it linear in the touched pages.
  public func give(_ block: MemoryBlock, release: @escaping @Sendable (MemoryBlock) -> Void) {
    let cycle = SweepLog.begin(.block, bytes: block.byteCount)
    if block.byteCount < leastBytes, cycle == 0 {
      release(block)
      mutex.locked { releasedBytes += block.byteCount }
      return
    }
    mutex.locked {
      waiting.append(Item(block: block, cycle: cycle, release: release))
      waitingBytes += block.byteCount
    }
    if mode == .atOnce || block.byteCount < leastBytes { while sweep() > 0 {} }
    while report.waitingBytes > mostBytes, sweep() > 0 {}
    arrange()
  }

  /// Lets the thread touch the pages of a block.
  func prepare(_ preparation: MemoryPreparation) {
    mutex.locked { preparations.append(preparation) }
    arrange()
  }

  /// Lets the thread go with a map that moves.
  func accompany(_ move: MemoryMove) {
    mutex.locked { moves.append(move) }
    arrange()
  }

  /// Lets the thread touch the pages of a small block that is in use already.
  func touchSoon(_ block: MemoryBlock) {
    mutex.locked {
      untouched.append(block)
      belay_epoch_store(untouchedCount, UInt32(truncatingIfNeeded: untouched.count))
    }
    arrange()
  }

  /// Says that a block is about to go back: when this returns, nobody touches it any more.
  func forget(_ block: MemoryBlock) {
    // Whoever gives a block back is the one who asked for it, or has heard of it since: the number cannot be from before.
    guard belay_epoch_load(untouchedCount) != 0 else { return }
    touching.locked {
      mutex.locked {
        untouched.removeAll { $0.base == block.base }
        belay_epoch_store(untouchedCount, UInt32(truncatingIfNeeded: untouched.count))
      }
    }
  }

  /// Touches the pages of the latest small block, which is the one in use; false when there is none.
  private func touchOne() -> Bool {
    touching.locked {
      guard let block = mutex.locked({ untouched.last }) else { return false }
      let end = SystemPages.roundUp(UInt(bitPattern: block.base + block.byteCount))
      _ = SystemPages.touch(block.base, byteCount: Int(end - UInt(bitPattern: block.base)))
      mutex.locked {
        untouched.removeAll { $0.base == block.base }
        belay_epoch_store(untouchedCount, UInt32(truncatingIfNeeded: untouched.count))
      }
      return true
    }
  }

  /// A slice for each map that moves; whether there was something to do.
  private func helpMoves() -> Bool {
    var hasWorked = false
    for move in mutex.locked({ moves }) {
      switch move.help() {
      case .worked: hasWorked = true
      case .idle: break
      case .over: mutex.locked { moves.removeAll { $0 === move } }
      }
    }
    return hasWorked
  }

  /// Leaves maps alone that have not moved for a while; they come again when they go on.
  private func parkMoves() {
    let parked = mutex.locked {
      defer { moves = [] }
      return moves
    }
    for move in parked { move.park() }
  }

  /// Touches a slice of the oldest block that is to be prepared; false when there is none.
  private func prepareSlice() -> Bool {
    guard let first = mutex.locked({ preparations.first }) else { return false }
    if !first.touchSlice() { mutex.locked { preparations.removeAll { $0 === first } } }
    return true
  }

  /// Gives one slice back, if anything waits.
  ///
  /// - Returns: The bytes that went back; zero when nothing waits or others have it in hand.
  /// - Complexity: Linear in the touched pages of a slice.
  @discardableResult
  public func sweep() -> Int {
    guard let (item, part, isLast) = takeSlice() else { return 0 }
    FaultStep.memoryGoesBack.reached()
    let start = item.cycle == 0 ? 0 : SweepLog.now
    item.release(part)
    if item.cycle != 0 {
      SweepLog.released(item.cycle, bytes: part.byteCount, nanoseconds: SweepLog.now &- start)
    }
    let left = mutex.locked {
      waitingBytes -= part.byteCount
      releasedBytes += part.byteCount
      return waitingBytes
    }
    if isLast { SweepLog.end(item.cycle, waitingBytes: left, goalBytes: mostBytes) }
    return part.byteCount
  }

  /// Gives a slice back if one waits for writes; for allocators, at each call.
  @inline(__always)
  func sweepOnWrite() {
    if belay_epoch_load(waitsForWrites) != 0 {
      sweep()
      arrange()
    }
  }

  /// Takes the last part of the oldest block.
  private func takeSlice() -> (item: Item, part: MemoryBlock, isLast: Bool)? {
    mutex.locked {
      guard let item = waiting.first else { return nil }
      let left = max(0, (item.block.byteCount - 1) / sliceBytes * sliceBytes)
      let part = MemoryBlock(
        base: item.block.base + left, byteCount: item.block.byteCount - left, alignment: item.block.alignment)
      if left == 0 {
        waiting.removeFirst()
      } else {
        waiting[0].block = MemoryBlock(base: item.block.base, byteCount: left, alignment: item.block.alignment)
      }
      return (item, part, left == 0)
    }
  }

  /// Sees to it that what waits is met by whoever is to give it back.
  private func arrange() {
    var rings = false
    let needsThread = mutex.locked {
      let isWaiting = !waiting.isEmpty
      belay_epoch_store(waitsForWrites, isWaiting && storedMode == .onWrites ? 1 : 0)
      guard hasThreadWork, storedMode == .background else { return false }
      if hasThread {
        rings = isLingering
        isLingering = false
        return false
      }
      hasThread = true
      return true
    }
    if rings { bell.ring() }
    if needsThread, !startThread() {
      mutex.locked { hasThread = false }
      // Without a thread whoever asked does it; what was to be prepared is used as it is.
      let given = mutex.locked {
        defer { preparations = [] }
        return preparations
      }
      for preparation in given { preparation.stop() }
      parkMoves()
      mutex.locked {
        untouched = []
        belay_epoch_store(untouchedCount, 0)
      }
      while sweep() > 0 {}
    }
  }

  /// Whether there is something for the thread; within the lock.
  private var hasThreadWork: Bool { !waiting.isEmpty || !preparations.isEmpty || !moves.isEmpty || !untouched.isEmpty }

  private func startThread() -> Bool {
    var attributes = pthread_attr_t()
    guard pthread_attr_init(&attributes) == 0 else { return false }
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    let argument = Unmanaged.passRetained(self)
    #if canImport(Darwin)
      var thread: pthread_t?
    #else
      var thread = pthread_t()
    #endif
    // Signals are for the program's own threads.
    var all = sigset_t()
    var before = sigset_t()
    sigfillset(&all)
    pthread_sigmask(SIG_SETMASK, &all, &before)
    let result = pthread_create(&thread, &attributes, { sweeperThread($0) }, argument.toOpaque())
    pthread_sigmask(SIG_SETMASK, &before, nil)
    if result != 0 { argument.release() }
    return result == 0
  }

  fileprivate func runInBackground() {
    var idleTurns = 0
    while true {
      while mode == .background {
        let hasTouched = touchOne()
        let hasWorked = helpMoves() || hasTouched
        if prepareSlice() || sweep() > 0 || hasWorked {
          idleTurns = 0
          if !hasWorked { sched_yield() }
        } else if mutex.locked({ moves.isEmpty && untouched.isEmpty }) {
          break
        } else {
          // A map on its way is a matter of milliseconds, unless whoever writes it has stopped to.
          idleTurns += 1
          if idleTurns < Self.mostIdleTurns { usleep(Self.idleMicroseconds) } else { parkMoves() }
        }
      }
      idleTurns = 0
      let isDone = mutex.locked {
        if storedMode != .background { hasThread = false } else { isLingering = !hasThreadWork }
        return !hasThread
      }
      if isDone { break }
      // To begin a thread takes longer than most writes, to ring a bell does not: the next growth finds this one.
      if mutex.locked({ isLingering }), !bell.wait(seconds: Self.lingerSeconds) {
        let ends = mutex.locked {
          // Who has taken the flag away is about to ring.
          if isLingering { hasThread = false }
          isLingering = false
          return !hasThread
        }
        if ends { break }
      }
    }
    arrange()
  }

  private static let idleMicroseconds: UInt32 = 200
  private static let mostIdleTurns = 250
  private static let lingerSeconds = 2
}

/// What the sweeper's thread runs.
private func sweeperThread(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let argument else { return nil }
  Unmanaged<Sweeper>.fromOpaque(argument).takeRetainedValue().runInBackground()
  return nil
}
