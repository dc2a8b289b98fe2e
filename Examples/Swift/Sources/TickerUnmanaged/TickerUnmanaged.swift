import CUV

/// Counts the ticks of a timer.
final class Ticker {
  private(set) var ticks = 0
  func tick() { ticks += 1 }
}

/// The usual way, with its fault: libuv's timer keeps an address of the ticker, and goes off when the ticker is gone.
@main
enum TickerUnmanaged {
  static func main() {
    let timer = UnsafeMutablePointer<uv_timer_t>.allocate(capacity: 1)
    guard uv_timer_init(uv_default_loop(), timer) == 0 else { fatalError("no timer") }
    let tick: uv_timer_cb = { timer in
      Unmanaged<Ticker>.fromOpaque(timer!.pointee.data).takeUnretainedValue().tick()
    }
    do {
      let ticker = Ticker()
      timer.pointee.data = Unmanaged.passUnretained(ticker).toOpaque()
      uv_timer_start(timer, tick, 1, 0)
      uv_run(uv_default_loop(), UV_RUN_DEFAULT)
      uv_timer_start(timer, tick, 1, 0)
      print("ticks: \(ticker.ticks)")
    }
    // The ticker is gone, the timer is not: this writes to freed memory. Address Sanitizer says so; without it, anything may happen.
    uv_run(uv_default_loop(), UV_RUN_DEFAULT)
    uv_close(UnsafeMutableRawPointer(timer).assumingMemoryBound(to: uv_handle_t.self), nil)
    uv_run(uv_default_loop(), UV_RUN_DEFAULT)
    timer.deallocate()
  }
}
