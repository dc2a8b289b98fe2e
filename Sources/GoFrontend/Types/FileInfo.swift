/// What the type checker has found out about the nodes of one file.
final class FileInfo: @unchecked Sendable {
  // Unchecked: one checker writes it; afterwards it is only read.

  /// What an expression is, besides its type.
  enum Mode: UInt8 {
    case none
    /// A call without a result.
    case noValue
    case value
    case constant
    case type
    case builtin
    case package
    /// A function or variable of C.
    case foreign
    /// The name of a field in a struct type.
    case field
    /// The name of a package-level variable where it is declared.
    case declaration
  }

  // Buffers and not arrays: they are written once or twice for each node, and an array in a class is checked for exclusive access each time.
  private let types: UnsafeMutableBufferPointer<Int32>
  private let objects: UnsafeMutableBufferPointer<Int32>
  private let modes: UnsafeMutableBufferPointer<UInt8>

  init(tree: SyntaxTree) {
    types = .allocate(capacity: tree.nodes.count)
    types.initialize(repeating: 0)
    objects = .allocate(capacity: tree.nodes.count)
    objects.initialize(repeating: 0)
    modes = .allocate(capacity: tree.nodes.count)
    modes.initialize(repeating: 0)
  }

  deinit {
    types.deallocate()
    objects.deallocate()
    modes.deallocate()
  }

  /// The type of an expression or type node.
  func type(_ node: NodeID) -> TypeID { TypeID(types[Int(node.rawValue)]) }
  /// What an identifier declares or uses.
  func object(_ identifier: NodeID) -> ObjectID { ObjectID(objects[Int(identifier.rawValue)]) }
  func mode(_ node: NodeID) -> Mode { Mode(rawValue: modes[Int(node.rawValue)]) ?? .none }

  func set(_ node: NodeID, type: TypeID, mode: Mode) {
    types[Int(node.rawValue)] = type.rawValue
    modes[Int(node.rawValue)] = mode.rawValue
  }
  func set(_ identifier: NodeID, object: ObjectID) { objects[Int(identifier.rawValue)] = object.rawValue }
}
