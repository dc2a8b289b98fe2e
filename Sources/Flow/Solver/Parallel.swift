import Dispatch

/// Work spread over the cores.
enum Parallel {
  /// The results of `body` for 0 ..< count, in this order whatever the schedule was.
  static func map<Result: Sendable>(_ count: Int, _ body: @Sendable (Int) -> Result) -> [Result] {
    if count <= 1 { return (0..<count).map(body) }
    return [Result](unsafeUninitializedCapacity: count) { buffer, initialized in
      // Each round writes only the slot of its own number, and `concurrentPerform` returns after all of them.
      nonisolated(unsafe) let slots = buffer
      DispatchQueue.concurrentPerform(iterations: count) { number in
        (slots.baseAddress! + number).initialize(to: body(number))
      }
      initialized = count
    }
  }

  /// The same in runs of neighbours, for many small pieces of work.
  static func map<Result: Sendable>(_ count: Int, stride: Int, _ body: @Sendable (Int) -> Result) -> [Result] {
    let runs = (count + stride - 1) / stride
    return map(runs) { run in (run * stride..<min(count, (run + 1) * stride)).map(body) }.flatMap { $0 }
  }
}
