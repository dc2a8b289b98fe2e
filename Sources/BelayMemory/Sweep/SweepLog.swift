import CEpoch
import Locks

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The sweep cycles of the process, as far as somebody wants to hear of them.
///
/// With `BELAY_TRACE=reclaim=1` in the environment each cycle writes a line on standard error when it ends. Without that and without an observer nothing is counted, and no
/// cycle has a number. Thread safe.
public enum SweepLog {
  /// Less retired memory than this begins no cycle.
  public static let leastBytes = 64 * 1024

  private final class State: @unchecked Sendable {
    // Sendable holds because all of it is reached under the lock.
    let mutex = Mutex()
    let start = SweepLog.now
    var observer: (@Sendable (SweepCycle) -> Void)?
    var last: UInt64 = 0
    var open: [UInt64: SweepCycle] = [:]
  }

  private static let state = State()
  private nonisolated(unsafe) static let isObserved: UnsafeMutablePointer<UInt32> = {
    let word = UnsafeMutablePointer<UInt32>.allocate(capacity: 1)
    word.initialize(to: TraceSettings.current.tracesReclaim ? 1 : 0)
    return word
  }()

  /// What is called at the end of each cycle, on the thread that ended it; nil for nobody. It must not use what retires memory.
  public static var observer: (@Sendable (SweepCycle) -> Void)? {
    get { state.mutex.locked { state.observer } }
    set {
      state.mutex.locked {
        state.observer = newValue
        if newValue == nil, !TraceSettings.current.tracesReclaim { state.open = [:] }
      }
      belay_epoch_store(isObserved, newValue == nil && !TraceSettings.current.tracesReclaim ? 0 : 1)
    }
  }

  /// Nanoseconds of a clock that never goes back.
  static var now: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  /// Begins a cycle; its number, or 0 when nobody wants to hear of it.
  public static func begin(_ kind: SweepCycle.Kind, bytes: Int) -> UInt64 {
    guard bytes >= leastBytes, belay_epoch_load(isObserved) != 0 else { return 0 }
    return state.mutex.locked {
      state.last += 1
      state.open[state.last] = SweepCycle(
        number: state.last, kind: kind, start: now &- state.start, retiredBytes: bytes)
      return state.last
    }
  }

  /// Says that a piece has gone back.
  public static func released(_ cycle: UInt64, bytes: Int, nanoseconds: UInt64 = 0) {
    guard cycle != 0 else { return }
    state.mutex.locked {
      state.open[cycle]?.releasedBytes += bytes
      state.open[cycle]?.slices += 1
      if let longest = state.open[cycle]?.longestSlice, nanoseconds > longest {
        state.open[cycle]?.longestSlice = nanoseconds
      }
    }
  }

  /// Ends a cycle, and tells the observer.
  public static func end(_ cycle: UInt64, waitingBytes: Int = 0, goalBytes: Int? = nil) {
    guard cycle != 0 else { return }
    let (ended, observer) = state.mutex.locked { () -> (SweepCycle?, (@Sendable (SweepCycle) -> Void)?) in
      var ended = state.open.removeValue(forKey: cycle)
      if let start = ended?.start { ended?.duration = now &- state.start &- start }
      ended?.waitingBytes = waitingBytes
      ended?.goalBytes = goalBytes
      return (ended, state.observer)
    }
    guard let ended else { return }
    if TraceSettings.current.tracesReclaim { StandardError.write(ended.description) }
    observer?(ended)
  }
}
