import Foundation
import Glibc
import LabFaults

extension Outcome {
  /// What happened, by what the process left behind.
  ///
  /// What a tool has said comes first: a process that the guard or a sanitizer has caught may end in any way. Then how the process ended, and last what it says itself.
  ///
  /// - Parameter variant: Who refused, when the program says that something did.
  public init(of evidence: Evidence, variant: String) {
    if case .notStarted(let why) = evidence.end {
      self.init(.failed, why)
    } else if let report = evidence.guardReports.first {
      self.init(.caught, by: "belay guard", report)
    } else if let report = Outcome.tool(evidence.errors) {
      self = report
    } else if case .hung(let seconds) = evidence.end {
      self.init(.hung, "killed after \(Int(seconds.rounded())) s")
    } else if let report = Outcome.runtime(evidence.errors) {
      self = report
    } else if case .killed(let signal) = evidence.end {
      self = Outcome.death(signal, evidence.errors)
    } else if let ending = evidence.output.split(separator: "\n").reversed().lazy.compactMap({ Ending(line: $0) }).first
    {
      self.init(ending, by: variant)
    } else {
      let said = Outcome.firstLine(of: evidence.errors) ?? evidence.remarks.last ?? "it said nothing"
      self.init(.failed, "no outcome, \(Outcome.text(of: evidence.end)): \(said)")
    }
  }

  /// The tools that a program can be built with or run under.
  private static func tool(_ errors: String) -> Outcome? {
    for line in errors.split(separator: "\n") {
      if line.hasPrefix("WARNING: DATA RACE") {
        return Outcome(.caught, by: "the race detector", racePlace(errors) ?? "a data race")
      }
      if let found = line.range(of: "ERROR: AddressSanitizer: ") {
        let text = line[found.upperBound...]
        return Outcome(
          .caught, by: "AddressSanitizer", String(text.range(of: " on ").map { text[..<$0.lowerBound] } ?? text))
      }
      if let found = line.range(of: "ERROR: LeakSanitizer: ") {
        return Outcome(.caught, by: "LeakSanitizer", String(line[found.upperBound...]))
      }
      if line.hasPrefix("fatal error: checkptr: ") {
        return Outcome(.caught, by: "checkptr", String(line.dropFirst("fatal error: checkptr: ".count)))
      }
      if line.contains("found bad pointer in Go heap") {
        return Outcome(.caught, by: "invalidptr", withoutAddresses(line[...]))
      }
    }
    return nil
  }

  /// The runtimes of the languages, and the C library, which stop a program with a message.
  private static func runtime(_ errors: String) -> Outcome? {
    for line in errors.split(separator: "\n") {
      if let address = unexpectedFault(line) {
        return Outcome(.crashed, "Go's \"unexpected fault address\"", signal: "SIGSEGV", address: address)
      }
      if line.hasPrefix("[signal SIG") {
        return Outcome(.crashed, firstMessage(errors) ?? "", signal: goSignal(line), address: goAddress(line))
      }
    }
    for line in errors.split(separator: "\n") {
      if let found = line.range(of: "Fatal error: Belay: ") {
        return Outcome(.caught, by: "Belay", String(line[found.upperBound...]))
      }
      if let found = line.range(of: "Fatal error: ") {
        return Outcome(.caught, by: "the Swift runtime", String(line[found.upperBound...]))
      }
      if line.hasPrefix("fatal error: ") {
        return Outcome(.caught, by: "the Go runtime", String(line.dropFirst("fatal error: ".count)))
      }
      if line.hasPrefix("panic: ") {
        return Outcome(.caught, by: "a Go panic", String(line.dropFirst("panic: ".count)))
      }
      if line.hasPrefix("free(): ") || line.hasPrefix("malloc(): ") || line.hasPrefix("double free or corruption")
        || line.hasPrefix("munmap_chunk(): ")
      {
        return Outcome(.caught, by: "the C library", String(line))
      }
    }
    return nil
  }

  /// A signal that nobody has explained.
  private static func death(_ signal: Int32, _ errors: String) -> Outcome {
    var address: String?
    for line in errors.split(separator: "\n") where line.hasPrefix("fault: signal ") {
      address = line.range(of: " at ").map { String(line[$0.upperBound...]) }
    }
    return Outcome(.crashed, "", signal: name(of: signal), address: address)
  }

  /// The name of a signal.
  static func name(of signal: Int32) -> String {
    let names: [Int32: String] = [
      SIGSEGV: "SIGSEGV", SIGBUS: "SIGBUS", SIGABRT: "SIGABRT", SIGILL: "SIGILL", SIGTRAP: "SIGTRAP", SIGFPE: "SIGFPE",
      SIGKILL: "SIGKILL", SIGALRM: "SIGALRM", SIGTERM: "SIGTERM",
    ]
    return names[signal] ?? "signal \(signal)"
  }

  private static func text(of end: Evidence.End) -> String {
    switch end {
    case .exited(let status): "exit status \(status)"
    case .killed(let signal): "ended by \(name(of: signal))"
    case .hung(let seconds): "killed after \(Int(seconds.rounded())) s"
    case .notStarted(let why): why
    }
  }

  private static func firstLine(of text: String) -> String? { text.split(separator: "\n").first.map(String.init) }

  /// `unexpected fault address 0x7f…`
  private static func unexpectedFault(_ line: Substring) -> String? {
    line.hasPrefix("unexpected fault address ") ? String(line.dropFirst("unexpected fault address ".count)) : nil
  }

  /// What Go said before the line of the signal.
  private static func firstMessage(_ errors: String) -> String? {
    for line in errors.split(separator: "\n") {
      for prefix in ["panic: ", "fatal error: "] where line.hasPrefix(prefix) {
        return String(line.dropFirst(prefix.count))
      }
    }
    return nil
  }

  /// `[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x…]`
  private static func goSignal(_ line: Substring) -> String {
    String(line.dropFirst("[signal ".count).prefix { $0.isLetter })
  }

  private static func goAddress(_ line: Substring) -> String? {
    line.range(of: "addr=").map { String(line[$0.upperBound...].prefix { $0.isHexDigit || $0 == "x" }) }
  }

  /// The two places of a race: the first function after `Write at` or `Read at`, and after `Previous`.
  private static func racePlace(_ errors: String) -> String? {
    let lines = errors.split(separator: "\n")
    var found: [String] = []
    for (index, line) in lines.enumerated() where index + 1 < lines.count && found.count < 2 {
      let text = line.trimmingCharacters(in: .whitespaces)
      guard
        let verb = ["Write", "Read", "Previous write", "Previous read"].first(where: { text.hasPrefix($0 + " at ") })
      else { continue }
      let function = lines[index + 1].trimmingCharacters(in: .whitespaces)
      found.append("\(verb.lowercased()) in \(function)")
    }
    return found.isEmpty ? nil : found.joined(separator: ", ")
  }

  /// A line without what differs from run to run.
  private static func withoutAddresses(_ line: Substring) -> String {
    line.split(separator: " ").filter { !$0.hasPrefix("0x") && !$0.hasPrefix("==") }.joined(separator: " ")
  }
}
