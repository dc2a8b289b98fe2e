import Foundation
import TestSupport
import Testing

@testable import LanguageServer

/// `belay lsp` as a child process, killed when it is still there after three minutes or when the test lets go of it.
final class ChildServer: @unchecked Sendable {
  // Unchecked: everything is set before other threads see it.
  let client: Client
  let process = Process()
  private let input = Pipe()

  init(cacheFolder: String? = nil) throws {
    let path = BuiltExecutable.path("belay")
    try #require(FileManager.default.isExecutableFile(atPath: path), "the executable is not built: \(path)")
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = ["lsp"]
    var environment = ProcessInfo.processInfo.environment
    environment["XDG_CACHE_HOME"] = cacheFolder
    process.environment = environment
    process.standardInput = input
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    // A server that has ended must not end the test by a signal.
    signal(SIGPIPE, SIG_IGN)
    let handle = input.fileHandleForWriting
    client = Client { body in
      try? handle.write(contentsOf: Data("Content-Length: \(body.count)\r\n\r\n".utf8) + body)
    }
    try process.run()
    let (client, process) = (client, process)
    Thread {
      var framer = MessageFramer()
      while case let data = output.fileHandleForReading.availableData, !data.isEmpty {
        framer.append(data)
        while case .message(let body)? = framer.next() { client.receive(body) }
      }
      client.inbox.end()
    }.start()
    DispatchQueue.global().asyncAfter(deadline: .now() + 180) { if process.isRunning { process.terminate() } }
  }

  deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

  /// Sends bytes as they are.
  func sendRaw(_ text: String) throws { try input.fileHandleForWriting.write(contentsOf: Data(text.utf8)) }

  /// Closes the server's input.
  func closeInput() throws { try input.fileHandleForWriting.close() }

  /// Waits for the end; gives the exit code, nil when it was ended by a signal.
  func exitCode() async -> Int32? {
    await withCheckedContinuation { continuation in
      Thread { [process] in
        process.waitUntilExit()
        continuation.resume(returning: process.terminationReason == .exit ? process.terminationStatus : nil)
      }.start()
    }
  }
}
