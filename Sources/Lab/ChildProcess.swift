import Foundation
import Glibc
import GuardMonitor

/// A command in a process of its own, with a limit to its time.
struct ChildProcess {
  /// The program, with its path, and its arguments.
  let command: [String]
  /// What its environment has besides this process's own.
  var environment: [String: String] = [:]
  /// Where it runs.
  var folder: String?
  /// How long it may run.
  var timeLimit: Duration

  /// No core dumps, and no backtraces of Swift's own, which take seconds; what the program writes goes to files, so that nobody waits for a reader.
  private static let script =
    #"out="$1" err="$2"; cd "$3" || exit 127; shift 3; ulimit -c 0; exec "$@" >"$out" 2>"$err" </dev/null"#
  /// The most that is read of what a program wrote.
  private static let outputLimit = 1 << 20

  /// Runs it.
  func run() -> Evidence {
    collected { command in
      var process: pid_t = 0
      var attributes = posix_spawnattr_t()
      posix_spawnattr_init(&attributes)
      defer { posix_spawnattr_destroy(&attributes) }
      // A group of its own: what it starts ends with it.
      posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
      posix_spawnattr_setpgroup(&attributes, 0)
      var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
      defer { arguments.forEach { free($0) } }
      let status = posix_spawn(&process, command[0], nil, &attributes, &arguments, environ)
      guard status == 0 else { return (.notStarted(String(cString: strerror(status))), []) }
      return (wait(for: process), [])
    }
  }

  /// Runs it under the guard, with a look for freed memory in maps when it ends.
  func run(under library: String) -> Evidence {
    collected { command in
      var options = GuardOptions()
      options.timeLimit = timeLimit
      // The program is over long before: what counts is the look at its end.
      options.auditSeconds = 100_000
      do {
        let session = try GuardSession(command, library: library, options: options)
        var reports: [String] = []
        let end = try session.run { report in
          switch report {
          case .fault(let fault): reports.append(Self.text(fault.summary, fault.holders.map(\.text)))
          case .holding(let holding): reports.append(Self.text(holding.summary, [holding.holder.text]))
          case .note: break
          }
        }
        return switch end {
        case .exited(let status): (.exited(status), reports)
        case .killed(let signal): (.killed(signal: signal), reports)
        case .timedOut: (.hung(seconds: seconds), reports)
        }
      } catch {
        return (.notStarted("\(error)"), [])
      }
    }
  }

  private static func text(_ summary: String, _ holders: [String]) -> String {
    ([summary] + holders.map { "held by \($0)" }).joined(separator: "; ")
  }

  private var seconds: Double {
    Double(timeLimit.components.seconds) + Double(timeLimit.components.attoseconds) / 1e18
  }

  /// Has a command run with its output in files, and reads them.
  private func collected(_ run: ([String]) -> (Evidence.End, [String])) -> Evidence {
    let files = FileManager.default.temporaryDirectory.appendingPathComponent("belay-lab-\(UUID().uuidString)")
    do {
      try FileManager.default.createDirectory(at: files, withIntermediateDirectories: true)
    } catch {
      return Evidence(
        end: .notStarted("no folder for its output: \(error.localizedDescription)"), output: "", errors: "")
    }
    defer { try? FileManager.default.removeItem(at: files) }
    let (output, errors) = (files.appendingPathComponent("output").path, files.appendingPathComponent("errors").path)
    let variables = environment.merging(["SWIFT_BACKTRACE": "enable=no"]) { given, _ in given }
    let (end, reports) = run(
      ["/bin/sh", "-c", Self.script, "sh", output, errors, folder ?? files.path, "/usr/bin/env"]
        + variables.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" } + command)
    return Evidence(end: end, output: Self.text(of: output), errors: Self.text(of: errors), guardReports: reports)
  }

  private static func text(of path: String) -> String {
    guard let file = FileHandle(forReadingAtPath: path) else { return "" }
    defer { try? file.close() }
    return String(decoding: (try? file.read(upToCount: outputLimit)) ?? Data(), as: UTF8.self)
  }

  /// Waits, and kills the process and what it started when its time is over.
  private func wait(for process: pid_t) -> Evidence.End {
    let end = ContinuousClock.now + timeLimit
    while true {
      var status: Int32 = 0
      let result = waitpid(process, &status, WNOHANG)
      if result == process {
        // What it left running has no business any more.
        kill(-process, SIGKILL)
        let signal = status & 0x7f
        return signal == 0 ? .exited((status >> 8) & 0xff) : .killed(signal: signal)
      }
      if result < 0, errno != EINTR { return .notStarted(String(cString: strerror(errno))) }
      if ContinuousClock.now >= end {
        kill(-process, SIGKILL)
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        return .hung(seconds: seconds)
      }
      usleep(5000)
    }
  }
}
