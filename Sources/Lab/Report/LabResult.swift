import LabFaults

/// One program of the lab, run once.
public struct LabResult: Sendable, Equatable, Codable {
  /// A figure that the program gave.
  public struct Fact: Sendable, Equatable, Codable {
    /// What it is a figure of.
    public let name: String
    /// The figure, as the program wrote it.
    public let value: String
  }

  /// A map as it was when the program drew it, as SVG.
  public struct Picture: Sendable, Equatable, Codable {
    /// What it shows.
    public let title: String
    /// An SVG element, on one line.
    public let svg: String
  }

  /// The language, with the version and the form of maps where there are several.
  public let language: String
  /// The program of the scenario.
  public let variant: String
  /// Whether it has the fault or a defence.
  public let kind: FaultVariant.Kind
  /// What it does.
  public let shows: String
  /// The tool that it was built with, or ran under, to find the fault; nil without one.
  public let tool: String?
  /// What happened.
  public let outcome: Outcome
  /// The figures that it gave.
  public let facts: [Fact]
  /// The maps that it drew.
  public let pictures: [Picture]
  /// What to type to run it by hand.
  public let command: String
  /// How long it took.
  public let seconds: Double

  /// The tool `belay guard`.
  public static let guardian = "belay guard"
  /// The tool `belay check`, which reads the program instead of running it.
  public static let checker = "belay check"
}
