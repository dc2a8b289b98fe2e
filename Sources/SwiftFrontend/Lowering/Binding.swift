import Flow

/// What a local name means.
enum Binding {
  /// A variable of the function.
  case variable(VariableID, SwiftType)
  /// Another name for a place: `$0` in `mutex.withLock { $0[k] = v }`.
  case place(MemoryPath, SwiftType)

  /// The type of a value.
  var type: SwiftType {
    switch self {
    case .variable(_, let type), .place(_, let type): type
    }
  }
}
