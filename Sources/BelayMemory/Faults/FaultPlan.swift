import CEpoch
import Locks

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Faults on purpose: threads held up at the steps of growth and retirement, turns that pass to other threads, and memory that is refused, all drawn from a seed.
///
///     let plan = FaultPlan(seed: 42)
///     plan.run {
///       let map = BucketMap<Int, Int>(allocator: plan.allocator())
///       …                                   // what the test does
///     }
///     print(plan)                           // the seed, and what happened
///
/// Delays and turns concern every map, table and arena of the process while the plan is active. Memory is refused by `allocator` only, to whatever was made with
/// it. A thread's faults follow from the seed, from the order in which threads first met a fault point, and from how many the thread has met since: one thread repeats exactly, several as far as
/// the system schedules them alike. Without an active plan a fault point is one load and a branch, and there is none in a look-up.
public final class FaultPlan: Sendable, CustomStringConvertible {
  /// What every fault follows from.
  public let seed: UInt64
  /// How likely a request for memory is refused, from 0 to 1; see `allocator`.
  public let refusals: Double
  /// Requests for less are never refused: without its first bucket a map cannot go on.
  public let leastRefusedBytes: Int
  /// How likely a thread is held up at a step.
  public let delays: Double
  /// The longest delay in microseconds.
  public let longestDelay: Int
  /// How likely a thread passes its turn to another one at a step.
  public let turns: Double
  /// The steps at which something happens.
  public let steps: Set<FaultStep>

  private let mutex = Mutex()
  private let counts = Counts()
  private let number: UInt64
  /// How many threads have met a fault point.
  private nonisolated(unsafe) let threads = UnsafeMutablePointer<UInt64>.allocate(capacity: 1)

  private final class Counts: @unchecked Sendable {
    // Sendable holds because they are reached under the lock of their plan.
    var reached: [FaultStep: Int] = [:]
    var delays = 0
    var turns = 0
    var requests = 0
    var refusals = 0
  }

  /// The plans that are active, the one that counts last.
  private final class Active: @unchecked Sendable {
    // Sendable holds because all of it is reached under the lock.
    let mutex = Mutex()
    var plans: [FaultPlan] = []
    var made: UInt64 = 0
  }

  private static let active = Active()

  /// Makes a plan, which does nothing yet.
  ///
  /// - Parameters:
  ///   - seed: What every fault follows from; print it when a test fails.
  ///   - refusals: How likely a request for memory is refused.
  ///   - leastRefusedBytes: Requests for less are never refused.
  ///   - delays: How likely a thread is held up at a step.
  ///   - longestDelay: The longest delay in microseconds.
  ///   - turns: How likely a thread passes its turn to another one at a step.
  ///   - steps: The steps at which something happens.
  public init(
    seed: UInt64, refusals: Double = 0.1, leastRefusedBytes: Int = 4096, delays: Double = 0.01, longestDelay: Int = 200,
    turns: Double = 0.1, steps: Set<FaultStep> = Set(FaultStep.allCases)
  ) {
    precondition([refusals, delays, turns].allSatisfy { $0 >= 0 && $0 <= 1 } && longestDelay >= 0)
    self.seed = seed
    self.refusals = refusals
    self.leastRefusedBytes = leastRefusedBytes
    self.delays = delays
    self.longestDelay = longestDelay
    self.turns = turns
    self.steps = steps
    number = Self.active.mutex.locked {
      Self.active.made += 1
      return Self.active.made
    }
    threads.initialize(to: 0)
  }

  deinit { threads.deallocate() }

  /// The plan that is active; of several the last one that began.
  public static var current: FaultPlan? { active.mutex.locked { active.plans.last } }

  /// Lets faults happen from now on, in the whole process.
  public func activate() {
    Self.active.mutex.locked {
      Self.active.plans.append(self)
      belay_fault_turn(UInt32(Self.active.plans.count))
    }
  }

  /// Ends what `activate` began.
  public func deactivate() {
    Self.active.mutex.locked {
      guard let index = Self.active.plans.lastIndex(where: { $0 === self }) else { return }
      Self.active.plans.remove(at: index)
      belay_fault_turn(UInt32(Self.active.plans.count))
    }
  }

  /// Lets faults happen while a function runs.
  ///
  /// - Returns: What the function returns.
  public func run<Result: ~Copyable, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    activate()
    defer { deactivate() }
    return try body()
  }

  /// An allocator that refuses memory as the plan says, whether the plan is active or not, and passes all else on.
  ///
  /// - Parameter base: Where memory comes from when it is not refused.
  public func allocator(_ base: any BucketAllocator = SystemAllocator.shared) -> any BucketAllocator {
    FaultAllocator(plan: self, base: base)
  }

  /// How often each step has been reached while the plan counted.
  public var reached: [FaultStep: Int] { mutex.locked { counts.reached } }
  /// How many requests for memory have been refused.
  public var refusedCount: Int { mutex.locked { counts.refusals } }
  /// How many threads have been held up, and how many have passed their turn.
  public var heldUpCount: (delays: Int, turns: Int) { mutex.locked { (counts.delays, counts.turns) } }

  /// The seed and what has happened, in one line.
  public var description: String {
    mutex.locked {
      let steps = counts.reached.values.reduce(0, +)
      return "fault plan \(seed): \(steps) steps reached, \(counts.delays) delays, \(counts.turns) turns passed,"
        + " \(counts.refusals) of \(counts.requests) requests for memory refused"
    }
  }

  // MARK: At the steps

  /// The next number of the calling thread.
  private func draw() -> UInt64 { belay_fault_draw(number, seed, threads) }

  /// Whether something of a likelihood happens, by the upper half of a number.
  private static func happens(_ likelihood: Double, _ word: UInt64) -> Bool {
    Double(word >> 32) < likelihood * 4_294_967_296
  }

  @usableFromInline @inline(never)
  static func reached(_ step: FaultStep) { current?.reach(step) }

  private func reach(_ step: FaultStep) {
    guard steps.contains(step) else { return }
    let word = draw()
    let isDelayed = Self.happens(delays, word)
    let passes = !isDelayed && Self.happens(turns, draw())
    mutex.locked {
      counts.reached[step, default: 0] += 1
      if isDelayed { counts.delays += 1 }
      if passes { counts.turns += 1 }
    }
    if isDelayed {
      usleep(UInt32(truncatingIfNeeded: (word & 0xFFFF_FFFF) % UInt64(longestDelay + 1)))
    } else if passes {
      sched_yield()
    }
  }

  /// Whether a request for memory is refused.
  func refuses(_ byteCount: Int) -> Bool {
    guard byteCount >= leastRefusedBytes else { return false }
    let isRefused = Self.happens(refusals, draw())
    mutex.locked {
      counts.requests += 1
      if isRefused { counts.refusals += 1 }
    }
    return isRefused
  }
}
