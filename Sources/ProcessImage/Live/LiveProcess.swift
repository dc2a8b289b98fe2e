import CProcess
import Executables
import Foundation

/// The memory of a process that runs. It is read with process_vm_readv and never written to.
final class LiveProcess: MemorySource {
  let pid: Int32
  private(set) var mappings: [Mapping]
  let auxiliaryVector: [UInt64: UInt64]
  /// When the process started, in clock ticks since the machine did: tells it from a later one with the same number.
  let startTime: String
  private let executableIdentity: String

  /// What tells this process from others, also from later ones with the same number.
  var identity: String { "\(pid) \(startTime) \(executableIdentity)" }

  init(pid: Int32) throws(ImageFailure) {
    self.pid = pid
    guard pid > 0, let status = SystemFile.text("/proc/\(pid)/stat") else {
      throw ImageFailure(
        "cannot inspect process \(pid)", "there is no such process", "give the number of a running process")
    }
    startTime = LiveProcess.startTime(status)
    // The state stands behind the name, which may itself hold brackets.
    if status.split(separator: ")").last?.drop(while: { $0 == " " }).first == "Z" {
      throw ImageFailure(
        "cannot inspect process \(pid)", "it has ended, only its exit code is left",
        "give the number of a running process")
    }
    guard let maps = Mapping.all(ofProcess: pid), let vector = SystemFile.bytes("/proc/\(pid)/auxv") else {
      throw LiveProcess.refusal(pid, errno)
    }
    mappings = maps
    auxiliaryVector = AuxiliaryVector.parse(vector)
    executableIdentity = LiveProcess.identity(pid)
    guard !mappings.isEmpty else {
      throw ImageFailure(
        "cannot inspect process \(pid)", "it has no memory of its own: it is a kernel thread or about to end",
        "give the number of a running program")
    }
    // The first byte of the program decides whether reading is allowed at all.
    var byte: UInt8 = 0
    let readable = mappings.first { $0.isReadable && $0.path != "[vvar]" } ?? mappings[0]
    let result = withUnsafeMutablePointer(to: &byte) { target in
      var piece = belay_copy(address: readable.start, destination: UnsafeMutableRawPointer(target), length: 1)
      return belay_process_read(pid, &piece, 1)
    }
    if result < 0 { throw LiveProcess.refusal(pid, Int32(-result)) }
  }

  /// Reads the mappings again: a program that runs maps memory.
  func refreshMappings() {
    if let fresh = Mapping.all(ofProcess: pid), !fresh.isEmpty { mappings = fresh }
  }

  /// Fails if the process has ended or has become another program since the image was made.
  func checkIdentity() throws(ImageFailure) {
    guard let status = SystemFile.text("/proc/\(pid)/stat"), LiveProcess.startTime(status) == startTime else {
      throw ImageFailure(
        "cannot go on with process \(pid)", "it ended while it was read", "inspect a core dump of it, or read it again")
    }
    guard LiveProcess.identity(pid) == executableIdentity else {
      throw ImageFailure(
        "cannot go on with process \(pid)", "it became another program or ended while it was read",
        "inspect it again, or use --stop")
    }
  }

  private static func identity(_ pid: Int32) -> String {
    // The vector's addresses are drawn anew at each exec, so that the same program executed again is told apart as well.
    let link = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/exe")) ?? ""
    return link + (SystemFile.bytes("/proc/\(pid)/auxv").map { $0.map { String($0, radix: 16) }.joined() } ?? "")
  }

  private static func startTime(_ status: String) -> String {
    let fields = (status.split(separator: ")").last ?? "").split(separator: " ")
    return fields.count > 19 ? String(fields[19]) : ""
  }

  /// Why the memory of a process cannot be read, and what to do.
  static func refusal(_ pid: Int32, _ code: Int32) -> ImageFailure {
    let what = "cannot read the memory of process \(pid)"
    guard code == EPERM || code == EACCES else {
      if code == ESRCH || code == ENOENT {
        return ImageFailure(what, "it has ended", "give the number of a running process")
      }
      return ImageFailure(what, String(cString: strerror(code)), "try again, or inspect a core dump")
    }
    var status = stat()
    if stat("/proc/\(pid)", &status) == 0, status.st_uid != geteuid() {
      return ImageFailure(
        what, "it belongs to user \(status.st_uid), belay runs as user \(geteuid())",
        "run belay as that user, as root, or with the capability CAP_SYS_PTRACE")
    }
    if let scope = SystemFile.text("/proc/sys/kernel/yama/ptrace_scope")?.first, scope != "0" {
      return ImageFailure(
        what,
        "the setting kernel.yama.ptrace_scope is \(scope), which allows it \(scope == "1" ? "to parents only" : "to administrators only")",
        scope == "3"
          ? "inspect a core dump" : "run belay as root or with CAP_SYS_PTRACE, or set kernel.yama.ptrace_scope to 0")
    }
    return ImageFailure(
      what,
      "the kernel does not permit it: the process has more capabilities, is marked as not dumpable, or a container forbids it",
      "run belay as root, or give it the capability CAP_SYS_PTRACE")
  }

  var threads: [ThreadState] {
    // A thread that waits in a system call tells where; one that runs does not.
    (threadIDs ?? []).compactMap { id in
      guard let text = SystemFile.text("/proc/\(pid)/task/\(id)/syscall") else { return nil }
      let fields = text.split(whereSeparator: \.isWhitespace)
      guard fields.count >= 3, let stack = UInt64(fields[fields.count - 2].dropFirst(2), radix: 16),
        let counter = UInt64(fields[fields.count - 1].dropFirst(2), radix: 16)
      else { return nil }
      return ThreadState(id: id, programCounter: counter, stackPointer: stack)
    }
  }

  /// The numbers of the threads; nil if the process has ended.
  var threadIDs: [Int32]? {
    (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task"))?.compactMap { Int32($0) }
  }

  func read(_ address: UInt64, into target: UnsafeMutableRawBufferPointer) -> Int {
    guard !target.isEmpty else { return 0 }
    var piece = belay_copy(address: address, destination: target.baseAddress, length: UInt64(target.count))
    return max(0, Int(belay_process_read(pid, &piece, 1)))
  }

  func read(_ pieces: [belay_copy]) -> [Int] {
    var failures: [Int] = []
    pieces.withUnsafeBufferPointer { all in
      var next = 0
      while next < all.count {
        var got = belay_process_read(pid, all.baseAddress?.advanced(by: next), all.count - next)
        if got == -Int64(ESRCH) {
          failures += next..<all.count
          return
        }
        got = max(0, got)
        while next < all.count, got >= Int64(all[next].length) {
          got -= Int64(all[next].length)
          next += 1
        }
        if next < all.count {
          failures.append(next)
          next += 1
        }
      }
    }
    return failures
  }

  func bytes(at address: UInt64, count: Int) -> UnsafeRawBufferPointer? { nil }
}
