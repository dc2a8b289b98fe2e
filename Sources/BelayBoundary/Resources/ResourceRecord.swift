import StackTraces

/// What is known of a resource that was made while tracking was on.
public struct ResourceRecord: Sendable, CustomStringConvertible {
  /// What errors call it.
  public let name: String
  /// Its pointer.
  public let address: UInt
  /// Where it was made.
  public let made: StackTrace
  /// Where it was released; nil while it is live.
  public internal(set) var released: StackTrace?

  /// The resource and its stacks, as lines.
  public var description: String {
    var lines = ["\(name) at 0x\(String(address, radix: 16))", "made by:\n\(made)"]
    if let released { lines.append("released by:\n\(released)") }
    return lines.joined(separator: "\n")
  }
}
