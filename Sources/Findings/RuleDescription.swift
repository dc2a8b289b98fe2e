/// What a reporter and `belay rules` need to know of a rule.
public struct RuleDescription: Sendable, Hashable, Codable {
  /// A source language that the checker reads.
  public enum Language: String, Sendable, Hashable, Codable, CaseIterable {
    case go, swift
  }

  /// The stable id: `BM001`.
  public var id: String
  /// The name in words with hyphens: `map-use-after-free`.
  public var name: String
  /// The severity it has unless the finding or the configuration says otherwise.
  public var severity: Severity
  /// The languages it is for.
  public var languages: [Language]
  /// One sentence: what is wrong.
  public var summary: String
  /// Whether it runs without being asked for.
  public var isOnByDefault: Bool
  /// The page that `belay explain` shows, in Markdown.
  public var page: String

  /// A rule's description.
  public init(
    id: String, name: String, severity: Severity, languages: [Language], summary: String, isOnByDefault: Bool = true,
    page: String
  ) {
    self.id = id
    self.name = name
    self.severity = severity
    self.languages = languages
    self.summary = summary
    self.isOnByDefault = isOnByDefault
    self.page = page
  }
}
