import Foundation

/// What a server has sent, for tests that wait for something in it. A wait ends after two minutes, which no machine needs, with an error that shows what did arrive.
final class Inbox: @unchecked Sendable {
  // Unchecked: everything is touched under `lock`.
  struct TimeOut: Error, CustomStringConvertible { var description: String }

  private struct Waiter {
    var matches: @Sendable (JSON) -> Bool
    var continuation: CheckedContinuation<JSON, any Error>
  }

  private let lock = NSLock()
  private var messages: [JSON] = []
  private var waiters: [Int: Waiter] = [:]
  private var next = 0
  private var isOver = false

  /// A further message.
  func add(_ message: JSON) {
    let continuation = lock.withLock { () -> CheckedContinuation<JSON, any Error>? in
      // Whoever waits longest comes first.
      if let (number, waiter) = waiters.sorted(by: { $0.key < $1.key }).first(where: { $0.value.matches(message) }) {
        waiters[number] = nil
        return waiter.continuation
      }
      messages.append(message)
      return nil
    }
    continuation?.resume(returning: message)
  }

  /// There will be no more messages.
  func end() {
    let waiting = lock.withLock {
      isOver = true
      defer { waiters = [:] }
      return Array(waiters.values)
    }
    for waiter in waiting { waiter.continuation.resume(throwing: TimeOut(description: "the server has ended")) }
  }

  /// Takes the first message of a kind, or waits for it.
  func take(_ what: String, _ matches: @escaping @Sendable (JSON) -> Bool) async throws -> JSON {
    try await withCheckedThrowingContinuation { continuation in
      let known = lock.withLock { () -> Result<JSON, any Error>? in
        if let index = messages.firstIndex(where: matches) { return .success(messages.remove(at: index)) }
        if isOver { return .failure(TimeOut(description: "the server has ended; no \(what) in \(messages)")) }
        let number = next
        next += 1
        waiters[number] = Waiter(matches: matches, continuation: continuation)
        DispatchQueue.global().asyncAfter(deadline: .now() + 120) { self.giveUp(number, what) }
        return nil
      }
      if let known { continuation.resume(with: known) }
    }
  }

  /// Whether a message of a kind has arrived; it stays.
  func has(_ matches: (JSON) -> Bool) -> Bool { lock.withLock { messages.contains(where: matches) } }

  private func giveUp(_ number: Int, _ what: String) {
    let waiter = lock.withLock { waiters.removeValue(forKey: number) }
    let messages = lock.withLock { self.messages }
    waiter?.continuation.resume(throwing: TimeOut(description: "no \(what) within two minutes; there are \(messages)"))
  }
}
