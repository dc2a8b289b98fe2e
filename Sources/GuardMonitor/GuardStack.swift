/// Calls that a thread was in.
public struct GuardStack: Sendable, Equatable, Codable {
  /// The thread, by the system's number.
  public let thread: UInt32
  /// The calls, the innermost first.
  public let frames: [GuardFrame]

  /// The stack as indented lines under a title.
  func lines(_ title: String) -> [String] { ["  \(title)"] + frames.map { "    \($0.description)" } }

  /// The innermost call that stands in the program's source, and not in what leads from Go into C.
  var place: GuardFrame? {
    frames.first { $0.file != nil && !$0.isGlue } ?? frames.first { $0.file != nil } ?? frames.first
  }
}
