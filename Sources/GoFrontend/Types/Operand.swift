/// What an expression evaluates to.
struct Operand {
  var type: TypeID
  var mode: FileInfo.Mode
  /// The value of an integer constant, where it is known.
  var value: Int64?
  /// For a builtin its `Builtin`, for a C name the name, for a generic function its object.
  var detail: Int32 = 0
  /// Whether a second value can be asked for: a look-up, a receive, a type assertion, a call into C.
  var hasSecond = false

  static let unknown = Operand(type: .unknown, mode: .value)
  static func value(_ type: TypeID) -> Operand { Operand(type: type, mode: .value) }
  static func constant(_ type: TypeID, _ value: Int64?) -> Operand {
    Operand(type: type, mode: .constant, value: value)
  }
}
