import Findings

/// A map in the source that somebody points at: a name of a variable or field, or a type that is written.
public struct MapOccurrence: Sendable, Hashable {
  /// What is known of the map.
  public var row: MapRow
  /// The name or the type.
  public var place: Place
}
