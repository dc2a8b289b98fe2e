import CProcess
import Foundation

/// Stops all threads of a process, for as long as it is held.
///
/// The threads are held with ptrace, by the thread that makes the stop, which must also end it. When belay itself ends, however that happens, the
/// kernel lets the threads go on.
public final class ProcessStop {
  private let pid: Int32
  private var held: [Int32] = []
  private let start = ContinuousClock.now
  /// Where the threads stand.
  public private(set) var threads: [ThreadState] = []

  /// Stops a process.
  public init(pid: Int32) throws(ImageFailure) {
    self.pid = pid
    // Threads can be made while others are being stopped: look again until there is none that is not held.
    var known: Set<Int32> = []
    while true {
      let ids = ((try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task")) ?? []).compactMap {
        Int32($0)
      }
      let fresh = ids.filter { !known.contains($0) }
      if fresh.isEmpty { break }
      for id in fresh {
        known.insert(id)
        switch belay_thread_stop(id) {
        case 0:
          held.append(id)
          var counter: UInt64 = 0
          var stack: UInt64 = 0
          if belay_thread_registers(id, &counter, &stack) == 0 {
            threads.append(ThreadState(id: id, programCounter: counter, stackPointer: stack))
          }
        case -ESRCH: continue
        case let code:
          release()
          throw ImageFailure(
            "cannot stop process \(pid)", String(cString: strerror(-code)),
            "end the debugger that holds it, run belay as root or with CAP_SYS_PTRACE, or leave --stop out")
        }
      }
    }
    guard !held.isEmpty else {
      throw ImageFailure("cannot stop process \(pid)", "it has ended", "give the number of a running process")
    }
  }

  /// Lets the threads go on, and returns for how long they were stopped.
  @discardableResult
  public func resume() -> Duration {
    release()
    return start.duration(to: .now)
  }

  private func release() {
    for id in held { _ = belay_thread_resume(id) }
    held = []
  }

  deinit { release() }
}
