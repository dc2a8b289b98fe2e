import Dispatch
import Foundation

/// Ctrl-C and the request to end, as a wish instead of a death: what was collected can still be written.
final class Interruption {
  private let condition = NSCondition()
  private let state = State()
  private let sources: [any DispatchSourceSignal]

  private final class State: @unchecked Sendable {
    // Unchecked: only touched under the condition's lock.
    var hasHappened = false
  }

  init() {
    let (condition, state) = (condition, state)
    sources = [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        condition.withLock {
          state.hasHappened = true
          condition.broadcast()
        }
      }
      source.resume()
      return source
    }
  }

  /// Whether the wish was uttered.
  var hasHappened: Bool { condition.withLock { state.hasHappened } }

  /// Waits for the wish, but not longer than a time.
  func wait(atMost time: Duration) {
    let seconds = Double(time.components.seconds) + Double(time.components.attoseconds) / 1e18
    let end = Date(timeIntervalSinceNow: seconds)
    condition.withLock {
      while !state.hasHappened, condition.wait(until: end) {}
    }
  }
}
