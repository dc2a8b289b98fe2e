import Foundation

/// What standard output and standard error are connected to.
struct Terminal {
  let errorIsTerminal = isatty(STDERR_FILENO) == 1

  /// Colour only on a terminal that can show it, unless NO_COLOR or CLICOLOR_FORCE says otherwise.
  var usesColor: Bool {
    let environment = ProcessInfo.processInfo.environment
    if let no = environment["NO_COLOR"], !no.isEmpty { return false }
    if let force = environment["CLICOLOR_FORCE"], force != "0" { return true }
    return isatty(STDOUT_FILENO) == 1 && environment["TERM"] != "dumb"
  }
}

/// One line on the terminal that says what is being done, when it takes longer than a second.
final class ProgressLine {
  private let isOn: Bool
  private let start = ContinuousClock.now
  private var isShown = false

  init(isOn: Bool) { self.isOn = isOn }

  func show(_ text: String) {
    guard isOn, start.duration(to: .now) > .seconds(1) else { return }
    isShown = true
    try? FileHandle.standardError.write(contentsOf: Data("\r\u{1B}[Kbelay: \(text) …".utf8))
  }

  func clear() {
    if isShown { try? FileHandle.standardError.write(contentsOf: Data("\r\u{1B}[K".utf8)) }
  }
}
