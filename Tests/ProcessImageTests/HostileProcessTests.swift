import Foundation
import TestSupport
import Testing

@testable import ProcessImage

/// Processes that end, fork or become another program while they are read, and those that may not be read.
@Suite(
  .enabled(
    if: FileManager.default.isExecutableFile(atPath: "/bin/sh")
      && FileManager.default.fileExists(atPath: "/proc/self/maps")))
struct HostileProcessTests {
  /// A shell that obeys lines; it is killed when the test is over.
  private final class Shell {
    let process = Process()
    private let input = Pipe()
    private let output = Pipe()

    init() throws {
      process.executableURL = URL(filePath: "/bin/sh")
      process.standardInput = input
      process.standardOutput = output
      process.standardError = FileHandle.nullDevice
      try process.run()
      try tell("echo ready")
    }

    /// Sends a line that writes something, and waits for that.
    func tell(_ line: String) throws {
      try input.fileHandleForWriting.write(contentsOf: Data((line + "\n").utf8))
      var wait = pollfd(fd: output.fileHandleForReading.fileDescriptor, events: Int16(POLLIN), revents: 0)
      // Far more than a shell needs on the slowest machine.
      try #require(poll(&wait, 1, 60_000) == 1, "the shell does not answer")
      _ = output.fileHandleForReading.availableData
    }

    func end() {
      if process.isRunning { kill(process.processIdentifier, SIGKILL) }
      process.waitUntilExit()
    }

    deinit { end() }
  }

  @Test func aProcessThatEndsWhileItIsRead() throws {
    let shell = try Shell()
    let image = try ProcessImage(pid: shell.process.processIdentifier)
    let place = try #require(image.mappings.first { $0.isWritable }).start
    #expect(image.pointer(place) != nil)
    shell.end()
    #expect(image.pointer(place) == nil && image.bytes(place, 1 << 16) == nil && image.threads.isEmpty)
    let error = #expect(throws: ImageFailure.self) { try image.refresh() }
    #expect(error?.why.contains("ended") == true)
    #expect(throws: ImageFailure.self) { try ProcessStop(pid: shell.process.processIdentifier) }
  }

  @Test func aProcessThatBecomesAnotherProgram() throws {
    let shell = try Shell()
    let image = try ProcessImage(pid: shell.process.processIdentifier)
    // The new program answers when it is there.
    try shell.tell("exec /bin/sh -c 'echo other; read line'")
    let error = #expect(throws: ImageFailure.self) { try image.refresh() }
    #expect(error?.why.contains("another program") == true)
  }

  @Test func aProcessThatForksStaysTheSame() throws {
    let shell = try Shell()
    let image = try ProcessImage(pid: shell.process.processIdentifier)
    try shell.tell("(read line </dev/null; echo forked)")
    try image.refresh()
    #expect(image.mappings.first { $0.isWritable }.flatMap { image.pointer($0.start) } != nil)
  }

  @Test func aRefusalSaysWhatIsMissing() {
    let own = LiveProcess.refusal(getpid(), EPERM)
    #expect(own.remedy.contains("CAP_SYS_PTRACE") || own.why.contains("ptrace_scope"))
    if geteuid() != 0 {
      let other = LiveProcess.refusal(1, EACCES)
      #expect(other.why.contains("belongs to user") && other.remedy.contains("CAP_SYS_PTRACE"))
    }
    #expect(LiveProcess.refusal(getpid(), ESRCH).why == "it has ended")
    #expect(LiveProcess.refusal(getpid(), EIO).remedy.contains("core dump"))
  }
}
