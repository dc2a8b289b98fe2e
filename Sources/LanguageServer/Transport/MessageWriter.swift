import Dispatch
import Foundation

/// Writes messages to a file descriptor, in their order, on a queue of its own: a client that reads slowly holds up nobody.
public final class MessageWriter: Sendable {
  private let descriptor: Int32
  private let queue = DispatchQueue(label: "belay.lsp.output")

  /// A writer. SIGPIPE must be ignored by the process: a client that went away is no reason to die by a signal.
  public init(descriptor: Int32) { self.descriptor = descriptor }

  /// Sends a message with its head.
  public func send(_ body: Data) {
    queue.async { [descriptor] in
      var bytes = Array("Content-Length: \(body.count)\r\n\r\n".utf8)
      bytes.append(contentsOf: body)
      Self.write(bytes, to: descriptor)
    }
  }

  /// Waits until everything is written, but not longer than some seconds: the client may have stopped reading.
  public func flush() {
    let done = DispatchSemaphore(value: 0)
    queue.async { done.signal() }
    _ = done.wait(timeout: .now() + 5)
  }

  private static func write(_ bytes: [UInt8], to descriptor: Int32) {
    var rest = bytes[...]
    while !rest.isEmpty {
      // The buffer lives for the call; write(2) reads no more than the count it is given.
      let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
      if count > 0 {
        rest = rest.dropFirst(count)
      } else if errno != EINTR {
        // The client went away; the end of its messages will be noticed where they are read.
        return
      }
    }
  }
}
