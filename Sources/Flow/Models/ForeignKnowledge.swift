/// Where the analysis learns what a C function does, when the unit's own C code (`Unit.foreignFunctions`) does not say it:
/// model files first, names last. It is asked from several threads.
public protocol ForeignKnowledge: Sendable {
  /// What is known of the C function, or `nil`.
  func function(named name: String) -> ForeignFunction?
  /// Whether a header is of a library that calls back on the main thread only: a window system, a main loop.
  func isOfMainThread(header: String) -> Bool
}

extension ForeignKnowledge {
  /// No header, unless a model says so.
  public func isOfMainThread(header: String) -> Bool { false }
}

/// Knows nothing: for analyses whose units bring all C functions with them.
public struct NoForeignKnowledge: ForeignKnowledge {
  /// Knows nothing.
  public init() {}
  /// Always `nil`.
  public func function(named name: String) -> ForeignFunction? { nil }
}
