import Foundation

/// Long work on a thread of its own, so that neither the reading thread nor Swift's few shared ones wait for it.
enum BackgroundThread {
  /// The result of `body`, which parses and walks whatever it is given: hence the large stack.
  static func run<Output: Sendable>(_ body: @escaping @Sendable () -> Output) async -> Output {
    await withCheckedContinuation { continuation in
      let thread = Thread { continuation.resume(returning: body()) }
      thread.stackSize = 64 << 20
      thread.start()
    }
  }
}
