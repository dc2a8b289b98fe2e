/// The part of SARIF 2.1.0 that Belay writes and reads (OASIS Standard, 27 March 2020). Names are the standard's.
struct SARIFLog: Codable {
  var schema = "https://json.schemastore.org/sarif-2.1.0.json"
  var version = "2.1.0"
  var runs: [Run]

  enum CodingKeys: String, CodingKey {
    case schema = "$schema"
    case version, runs
  }

  struct Run: Codable {
    var tool: Tool
    var invocations: [Invocation]?
    var results: [Result]
    var columnKind: String?
    var originalUriBaseIds: [String: ArtifactLocation]?
    var properties: RunProperties?
  }

  /// What a merge needs besides the standard's own fields.
  struct RunProperties: Codable {
    var statistics: Report.Statistics?
  }

  struct Tool: Codable { var driver: Driver }

  struct Driver: Codable {
    var name: String
    var version: String?
    var semanticVersion: String?
    var informationUri: String?
    var rules: [Rule]?
  }

  struct Rule: Codable {
    var id: String
    var name: String?
    var shortDescription: Message?
    var fullDescription: Message?
    var help: Help?
    var defaultConfiguration: Configuration?
    var properties: RuleProperties?
  }

  struct RuleProperties: Codable {
    var tags: [String]
    var languages: [RuleDescription.Language]
  }

  struct Help: Codable {
    var text: String
    var markdown: String?
  }

  struct Configuration: Codable {
    var enabled: Bool?
    var level: String
  }

  struct Message: Codable { var text: String }

  struct Invocation: Codable {
    var executionSuccessful: Bool
    var toolExecutionNotifications: [Notification]?
  }

  struct Notification: Codable {
    var level: String
    var message: Message
    var locations: [Location]?
  }

  struct Result: Codable {
    var ruleId: String
    var ruleIndex: Int?
    var level: String
    var message: Message
    var locations: [Location]
    var relatedLocations: [Location]?
    var codeFlows: [CodeFlow]?
    var fixes: [Fix]?
    var partialFingerprints: [String: String]?
    var suppressions: [Suppression]?
    var properties: ResultProperties?
  }

  struct ResultProperties: Codable {
    var symbol: String?
    var uncertainty: String?
  }

  struct Suppression: Codable {
    var kind: String
    var justification: String?
  }

  struct CodeFlow: Codable { var threadFlows: [ThreadFlow] }
  struct ThreadFlow: Codable { var locations: [ThreadFlowLocation] }

  struct ThreadFlowLocation: Codable {
    var location: Location
    var kinds: [String]?
    var executionOrder: Int?
  }

  struct Location: Codable {
    var id: Int?
    var physicalLocation: PhysicalLocation?
    var logicalLocations: [LogicalLocation]?
    var message: Message?
  }

  struct LogicalLocation: Codable { var fullyQualifiedName: String }

  struct PhysicalLocation: Codable {
    var artifactLocation: ArtifactLocation
    var region: Region?
  }

  struct ArtifactLocation: Codable {
    var uri: String
    var uriBaseId: String?
  }

  struct Region: Codable {
    var startLine: Int
    var startColumn: Int?
    var endLine: Int?
    var endColumn: Int?
  }

  struct Fix: Codable {
    var description: Message?
    var artifactChanges: [ArtifactChange]
  }

  struct ArtifactChange: Codable {
    var artifactLocation: ArtifactLocation
    var replacements: [Replacement]
  }

  struct Replacement: Codable {
    var deletedRegion: Region
    var insertedContent: Message?
  }
}
