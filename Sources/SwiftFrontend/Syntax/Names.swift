import Flow

// SwiftSyntax has types of these names as well.

/// A stretch of a file, by offsets.
public typealias SourceRange = Flow.SourceRange
