import StackTraces

/// What was done wrong with a resource of a C library.
public enum ForeignResourceError: Error, Sendable {
  /// The resource has been released. The stacks of where it was made and released are there when tracking was on.
  case released(name: String, made: StackTrace?, released: StackTrace?)
  /// More was released than was retained.
  case overReleased(name: String, made: StackTrace?, released: StackTrace?)
}

extension ForeignResourceError: CustomStringConvertible {
  /// What happened, and where, as lines.
  public var description: String {
    let (what, made, released) =
      switch self {
      case .released(let name, let made, let released): ("\(name): used after its release", made, released)
      case .overReleased(let name, let made, let released):
        ("\(name): released more often than retained", made, released)
      }
    var lines = [what]
    if let made { lines.append("made by:\n\(made)") }
    if let released { lines.append("released by:\n\(released)") }
    return lines.joined(separator: "\n")
  }
}
