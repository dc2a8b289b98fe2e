import Synchronization

/// The number of an object in the `ObjectTable`.
struct ObjectID: Hashable, RawRepresentable {
  var rawValue: Int32
  init(rawValue: Int32) { self.rawValue = rawValue }
  init(_ rawValue: Int32) { self.rawValue = rawValue }
  static let none = ObjectID(0)
  var isNone: Bool { rawValue == 0 }
}

/// What a name stands for.
enum ObjectKind: UInt8 {
  case none
  /// An imported package: `value` is its index in `Declarations.packages`, -1 when it was not found, -2 for "C".
  case package
  case constant
  case type
  case variable
  case function
  /// A function of the language: `value` is the `Builtin`.
  case builtin
  case `nil`
  case label
}

/// What is declared, with where. Types of package-level objects are found when they are asked for, see `Declarations`.
struct Object {
  var kind: ObjectKind
  var flags: Flags
  var name: Name
  /// Index of the package in `Declarations.packages`; -1 for the universe.
  var package: Int32
  /// Index of the file in its package.
  var file: Int32
  /// The spec or function declaration of a package-level object, the identifier of a local one.
  var node: NodeID
  /// For values: the position among the names of the spec; for a method, its receiver's type object.
  var value: Int32
  /// For a constant: the spec whose values are repeated, with `value` and the iota of its own spec in `extra`.
  var extra: Int32

  struct Flags: OptionSet {
    var rawValue: UInt8
    static let isLocal = Flags(rawValue: 1)
    static let isAlias = Flags(rawValue: 2)
    static let isMethod = Flags(rawValue: 4)
    static let isParameter = Flags(rawValue: 8)
    /// Declared by the `for` statement of a file whose version of Go shares it among all rounds.
    static let isSharedByLoop = Flags(rawValue: 16)
    static let hasPointerReceiver = Flags(rawValue: 32)
    static let isResult = Flags(rawValue: 64)
  }
}

/// All objects of a check. Appending takes a lock; reading does not. The type of an object is set once and read with acquire ordering.
final class ObjectTable: @unchecked Sendable {
  // Unchecked: see `ChunkedArray`; `types` are atomic.
  private let lock = RecursiveLock()
  private let objects = ChunkedArray<Object>()
  private let types = ChunkedArray<Int32>()

  init() {
    _ = objects.append(
      Object(kind: .none, flags: [], name: Name(0), package: -1, file: 0, node: .none, value: 0, extra: 0))
    _ = types.append(0)
  }

  func add(_ object: Object, type: TypeID? = nil) -> ObjectID {
    lock.locked {
      _ = types.append(type?.rawValue ?? Self.unresolved)
      return ObjectID(Int32(objects.append(object)))
    }
  }

  @inline(__always)
  subscript(id: ObjectID) -> Object { objects[Int(id.rawValue)] }

  private static let unresolved: Int32 = -1
  private static let resolving: Int32 = -2

  private func atomic(_ id: ObjectID) -> UnsafeMutablePointer<Atomic<Int32>> {
    // Unsafe: an atomic integer has the layout of the integer, and the slot never moves.
    UnsafeMutableRawPointer(types.pointer(Int(id.rawValue))).assumingMemoryBound(to: Atomic<Int32>.self)
  }

  /// The type, if it was found already.
  @inline(__always)
  func type(_ id: ObjectID) -> TypeID? {
    let type = atomic(id).pointee.load(ordering: .acquiring)
    return type >= 0 ? TypeID(type) : nil
  }

  /// Whether its type is being found further up the stack: a cycle.
  func isResolving(_ id: ObjectID) -> Bool { atomic(id).pointee.load(ordering: .relaxed) == Self.resolving }
  func markResolving(_ id: ObjectID) { atomic(id).pointee.store(Self.resolving, ordering: .relaxed) }
  func setType(_ id: ObjectID, _ type: TypeID) { atomic(id).pointee.store(type.rawValue, ordering: .releasing) }
}
