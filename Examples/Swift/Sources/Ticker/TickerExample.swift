import Belay
import CUV
import Synchronization

/// Counts the ticks of a timer.
final class Ticker: Sendable {
  private let count = Atomic<Int>(0)
  var ticks: Int { count.load(ordering: .relaxed) }
  func tick() { count.add(1, ordering: .relaxed) }
}

/// The same with a handle as context, and an owner for the timer: libuv frees nothing itself, and wants a timer's memory until it has closed it.
@main
enum TickerExample {
  static let ticks = CallbackContexts<@Sendable () -> Void>(name: "ticks")

  static func main() throws {
    let memory = UnsafeMutablePointer<uv_timer_t>.allocate(capacity: 1)
    guard uv_timer_init(uv_default_loop(), memory) == 0 else { fatalError("no timer") }
    let timer = ForeignResource(takingOwnershipOf: memory, name: "timer") { timer in
      uv_close(UnsafeMutableRawPointer(timer).assumingMemoryBound(to: uv_handle_t.self)) { closed in
        closed?.deallocate()
      }
      uv_run(uv_default_loop(), UV_RUN_DEFAULT)
    }
    let tick: uv_timer_cb = { timer in TickerExample.ticks.call(timer?.pointee.data) { $0() } }
    do {
      let ticker = Ticker()
      let context = try ticks.register { ticker.tick() }
      timer.withPointer { timer in
        timer.pointee.data = context.pointer
        uv_timer_start(timer, tick, 1, 0)
      }
      uv_run(uv_default_loop(), UV_RUN_DEFAULT)
      timer.withPointer { _ = uv_timer_start($0, tick, 1, 0) }
      print("ticks: \(ticker.ticks)")
      context.cancel()
    }
    // The ticker is gone, and the timer still there: nothing happens, and it is counted.
    uv_run(uv_default_loop(), UV_RUN_DEFAULT)
    print("late calls: \(ticks.lateCalls)")
    timer.release()
  }
}
