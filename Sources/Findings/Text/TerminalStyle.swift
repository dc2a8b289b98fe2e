/// The few colours and weights that a terminal shows.
struct TerminalStyle {
  let isOn: Bool

  private func wrap(_ text: String, _ code: String) -> String { isOn ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text }

  func bold(_ text: String) -> String { wrap(text, "1") }
  func faint(_ text: String) -> String { wrap(text, "2") }
  func added(_ text: String) -> String { wrap(text, "32") }
  func removed(_ text: String) -> String { wrap(text, "31") }
  func severity(_ text: String, _ severity: Severity) -> String {
    switch severity {
    case .red: wrap(text, "1;31")
    case .yellow: wrap(text, "1;33")
    case .green: wrap(text, "1;32")
    }
  }
}
