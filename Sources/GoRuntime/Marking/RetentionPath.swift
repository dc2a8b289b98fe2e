/// How an object is kept alive: from a root, through other objects.
public struct RetentionPath: Sendable {
  /// A step on the way: an object, and the member in it that leads on.
  public struct Step: Sendable {
    /// The object's type as far as it is known.
    public let type: String
    /// Where the object stands.
    public let address: UInt64
    /// The member that leads to the next step: `.field`, `[3]`; empty for the last.
    public let member: String
    /// Whether what leads to this object may only look like a pointer.
    public let isGuess: Bool
  }

  /// Where the way starts.
  public let root: Root
  /// The member of a global variable that leads to the first step.
  public let rootMember: String
  /// The objects on the way; the last is what is kept.
  public let steps: [Step]

  /// The way on one line.
  public var text: String {
    ([root.name + rootMember] + steps.map { ($0.isGuess ? "?" : "") + $0.type + $0.member }).joined(separator: " → ")
  }
}
