import Foundation

/// A wish that some work ends, told to another thread.
final class CancellationFlag: @unchecked Sendable {
  // Unchecked: `isRaised` is touched under `lock`.
  private let lock = NSLock()
  private var isRaised = false

  var isSet: Bool { lock.withLock { isRaised } }
  func set() { lock.withLock { isRaised = true } }
}
