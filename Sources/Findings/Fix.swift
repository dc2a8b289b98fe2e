/// A change that mends a finding: edits that are applied together or not at all.
public struct Fix: Sendable, Hashable, Codable {
  /// One replacement in one file.
  public struct Edit: Sendable, Hashable, Codable {
    /// What is replaced; an empty stretch (start equals end) inserts.
    public var place: Place
    /// What stands there afterwards.
    public var replacement: String

    /// Replaces what stands at `place`.
    public init(at place: Place, with replacement: String) {
      self.place = place
      self.replacement = replacement
    }
  }

  /// What the fix does, as an imperative: `Remove the entry before the free`.
  public var title: String
  /// The edits, none overlapping another.
  public var edits: [Edit]

  /// A fix with its edits.
  public init(_ title: String, edits: [Edit]) {
    self.title = title
    self.edits = edits
  }
}
