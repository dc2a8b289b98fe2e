import CEpoch

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A map on its way from one block to another, with a thread that goes before it and touches the pages it is about to fill, and behind it and gives back
/// those that it has left.
///
/// Each of these costs microseconds, and many of them now and then: they are why a write that moves a few buckets could take a hundred times as long as others. The map says how far it is,
/// the thread how far the pages are there; neither waits for the other.
///
/// The map moves in steps, each of which takes the same number of bytes of each `Lane`. Whoever began the move ends it by `finish` or `cancel`.
public final class MemoryMove: @unchecked Sendable {
  // Sendable holds because what both sides reach are atomic words, and the rest is the thread's while `helping` is set.

  /// A part of a block that the map passes through in equal steps.
  public struct Lane: @unchecked Sendable {
    // Sendable holds because a lane only describes memory.
    let base: UnsafeMutableRawPointer
    let stride: Int
    let byteCount: Int

    /// Describes a part of a block.
    ///
    /// - Parameters:
    ///   - base: Where it begins.
    ///   - stride: The bytes of a step.
    ///   - byteCount: All of its bytes; steps beyond them do not touch it.
    public init(base: UnsafeMutableRawPointer, stride: Int, byteCount: Int) {
      self.base = base
      self.stride = stride
      self.byteCount = byteCount
    }

    /// The bytes that a number of steps have passed.
    func bytes(at step: Int) -> Int { min(byteCount, step * stride) }
  }

  /// What one call of `help` did.
  enum Help {
    case worked, idle, over
  }

  /// The steps of the whole move.
  public let stepCount: Int
  private let ahead: [Lane]
  private let behind: [Lane]
  private let cycle: UInt64
  private let sweeper: Sweeper
  /// Steps of a slice: about 64 KiB of the widest lane.
  private let sliceSteps: Int
  /// How many steps the pages are there before the map.
  private let lead: Int

  // What follows is the thread's, while it helps.
  private var touched = 0
  private var released: [Int]
  private var releasedSum = 0
  /// What is left to do when the map has ended the move while the thread was at it.
  private var farewell: (@Sendable () -> Void)?

  // Four words on lines of their own: how far the map is, how far the pages are, the state, and how much has gone back.
  private let words = UnsafeMutableRawPointer.allocate(byteCount: 512, alignment: 128)
  private func word(_ number: Int) -> UnsafeMutablePointer<UInt64> {
    (words + number * 128).assumingMemoryBound(to: UInt64.self)
  }
  private var position: UnsafeMutablePointer<UInt64> { word(0) }
  private var readySteps: UnsafeMutablePointer<UInt64> { word(1) }
  private var state: UnsafeMutablePointer<UInt64> { word(2) }
  private var releasedWord: UnsafeMutablePointer<UInt64> { word(3) }

  /// The thread is at it.
  private static let helping: UInt64 = 1
  /// The map has ended the move.
  private static let ended: UInt64 = 2
  /// The map has not moved for a while, and the thread has turned to other things.
  private static let parked: UInt64 = 4

  /// Begins a move; for allocators.
  ///
  /// - Parameters:
  ///   - stepCount: The steps of the whole move.
  ///   - ahead: What the map is about to fill.
  ///   - behind: What it leaves.
  ///   - cycle: The sweep cycle of what goes back.
  ///   - leadBytes: How much memory is touched before the map is there.
  ///   - sweeper: Whose thread it is.
  init(stepCount: Int, ahead: [Lane], behind: [Lane], cycle: UInt64, leadBytes: Int, sweeper: Sweeper) {
    self.stepCount = stepCount
    self.ahead = ahead
    self.behind = behind
    self.cycle = cycle
    self.sweeper = sweeper
    let widest = max(1, ahead.map(\.stride).max() ?? 1)
    sliceSteps = max(1, Self.sliceBytes / widest)
    lead = max(sliceSteps * 4, leadBytes / max(1, ahead.reduce(0) { $0 + $1.stride }))
    released = Array(repeating: 0, count: behind.count)
    for number in 0..<4 { word(number).initialize(to: 0) }
  }

  deinit { words.deallocate() }

  private static let sliceBytes = 64 * 1024

  // MARK: The map

  /// The steps that the map can take without being the first to touch a page.
  public var ready: Int { Int(truncatingIfNeeded: belay_epoch_acquire(readySteps)) }

  /// Says how many steps the map has taken: what they left must not be read any more.
  public func advance(to step: Int) {
    belay_epoch_release(position, UInt64(truncatingIfNeeded: step))
    if belay_epoch_acquire(state) & Self.parked != 0 { resume() }
  }

  private func resume() {
    _ = belay_epoch_clear(state, Self.parked)
    sweeper.accompany(self)
  }

  /// Bytes that have gone back so far.
  public var releasedBytes: Int { Int(truncatingIfNeeded: belay_epoch_acquire(releasedWord)) }

  /// Ends the move when the map has taken all steps.
  ///
  /// - Parameter farewell: Gives the block back that the map has left. Called once, by the thread if it is at that block just now.
  /// - Complexity: O(1), without a system call.
  public func finish(_ farewell: @escaping @Sendable () -> Void) {
    if ready < stepCount {
      // The thread may be touching pages of the new block, which may go at any time from now on.
      cancel()
      return farewell()
    }
    self.farewell = farewell
    if belay_epoch_set(state, Self.ended) & Self.helping == 0 { endFarewell() }
  }

  /// Ends the move wherever it is: when this returns the thread touches neither block any more.
  ///
  /// - Complexity: O(1), and the rest of a slice that is under way.
  public func cancel() {
    guard belay_epoch_set(state, Self.ended) & Self.helping != 0 else { return }
    while belay_epoch_acquire(state) & Self.helping != 0 { sched_yield() }
  }

  private func endFarewell() {
    let last = farewell
    farewell = nil
    last?()
  }

  // MARK: The thread

  /// Does a slice of what there is to do.
  func help() -> Help {
    if belay_epoch_set(state, Self.helping) & Self.ended != 0 {
      // Whoever has ended it met nobody here, and has said farewell.
      _ = belay_epoch_clear(state, Self.helping)
      return .over
    }
    let help = slice()
    if belay_epoch_clear(state, Self.helping) & Self.ended == 0 { return help }
    endFarewell()
    return .over
  }

  /// Turns to other things until the map goes on.
  func park() { _ = belay_epoch_set(state, Self.parked) }

  private func slice() -> Help {
    FaultStep.helperWorks.reached()
    let step = Int(truncatingIfNeeded: belay_epoch_acquire(position))
    let target = min(stepCount, step + lead)
    if touched < target {
      let next = min(stepCount, touched + sliceSteps)
      for lane in ahead { touch(lane, from: touched, to: next) }
      touched = next
      belay_epoch_release(readySteps, UInt64(truncatingIfNeeded: next))
      return .worked
    }
    for index in behind.indices where release(index, to: step) { return .worked }
    return .idle
  }

  private func touch(_ lane: Lane, from first: Int, to next: Int) {
    let start = SystemPages.roundDown(UInt(bitPattern: lane.base + lane.bytes(at: first)))
    let end = SystemPages.roundUp(UInt(bitPattern: lane.base + lane.bytes(at: next)))
    guard start < end, let pages = UnsafeMutableRawPointer(bitPattern: start) else { return }
    // Where the system refuses, the map touches the pages itself.
    _ = SystemPages.touch(pages, byteCount: Int(end - start))
  }

  /// Gives back what the map has left of a lane, once enough has gathered. The page that two slices share goes with the second.
  private func release(_ index: Int, to step: Int) -> Bool {
    let lane = behind[index]
    let passed = SystemPages.roundDown(UInt(bitPattern: lane.base + lane.bytes(at: step)))
    let first = max(
      SystemPages.roundUp(UInt(bitPattern: lane.base)), UInt(bitPattern: lane.base) + UInt(released[index]))
    guard passed >= first + UInt(Self.sliceBytes), let pages = UnsafeMutableRawPointer(bitPattern: first) else {
      return false
    }
    let count = min(Int(passed - first), Self.sliceBytes)
    SystemPages.giveBack(pages, byteCount: count)
    released[index] = Int(first + UInt(count) - UInt(bitPattern: lane.base))
    releasedSum += count
    belay_epoch_release(releasedWord, UInt64(truncatingIfNeeded: releasedSum))
    SweepLog.released(cycle, bytes: count)
    return true
  }
}
