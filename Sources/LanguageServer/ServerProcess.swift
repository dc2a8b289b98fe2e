import Foundation

/// A language server over two file descriptors: `belay lsp`.
public enum ServerProcess {
  /// Messages that were read and not yet looked at; a client that sends more waits.
  private static let maximumBacklog = 256

  private enum Event: Sendable {
    case message(IncomingMessage)
    case damage(String)
  }

  /// Serves until the client says `exit` or closes its end.
  ///
  /// - Returns: the exit code: 0 when the client has said `shutdown` before, otherwise 1.
  public static func run(input: Int32, output: Int32) -> Int32 {
    signal(SIGPIPE, SIG_IGN)
    let writer = MessageWriter(descriptor: output)
    let server = Server { writer.send($0) }
    let (events, continuation) = AsyncStream.makeStream(of: Event.self)
    let backlog = DispatchSemaphore(value: maximumBacklog)
    let over = DispatchSemaphore(value: 0)
    let code = ExitCode()
    Task {
      for await event in events {
        backlog.signal()
        switch event {
        case .message(let message): await server.receive(message)
        case .damage(let reason): await server.reportDamage(reason)
        }
        if let value = await server.exitCode {
          code.set(value)
          break
        }
      }
      over.signal()
    }
    let reader = Thread {
      read(input) { event in
        backlog.wait()
        continuation.yield(event)
      }
      continuation.finish()
    }
    reader.start()
    over.wait()
    writer.flush()
    return code.value
  }

  private final class ExitCode: @unchecked Sendable {
    // Unchecked: `number` is touched under `lock`.
    private let lock = NSLock()
    private var number: Int32 = 1
    var value: Int32 { lock.withLock { number } }
    func set(_ value: Int32) { lock.withLock { number = value } }
  }

  /// Reads messages until the end of the stream.
  private static func read(_ descriptor: Int32, _ take: (Event) -> Void) {
    var framer = MessageFramer()
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      // The buffer lives for the call; read(2) writes no more than the count it is given.
      let count = buffer.withUnsafeMutableBytes { Foundation.read(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      if count <= 0 { return }
      framer.append(buffer[..<count])
      while let piece = framer.next() {
        switch piece {
        case .damage(let reason): take(.damage(reason))
        case .message(let body):
          let message = IncomingMessage(body)
          take(.message(message))
          // A message whose length was too large has swallowed the head of the next one.
          if !message.isJSON { framer.recover(from: body) }
        }
      }
    }
  }
}
