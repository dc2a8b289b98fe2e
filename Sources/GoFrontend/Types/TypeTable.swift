// All types of a check, as numbers.
//
// A type is a record of twenty bytes in a `ChunkedArray`. Types that the language builds from others (pointers, maps, structs, signatures …) are interned: the
// same parts give the same number, so that comparing most types is comparing numbers, and a type costs memory once however often it is written. What is declared
// (named types, type parameters) has a record of its own for each declaration; an instance of a generic type is interned by its origin and arguments. Names of
// parameters and aliases are part of the number, because messages show them as they were written; `identical` looks through both.
//
// Threads. Records are written under the lock of the table before their number is known to anybody, and never change, except for `underlying` of declared types
// and `constraint` of type parameters, which are set once while their declaration is resolved, under the lock of the declarations (`Declarations`).

import Synchronization

/// The number of a type in its `TypeTable`.
struct TypeID: Hashable, RawRepresentable {
  var rawValue: Int32
  init(rawValue: Int32) { self.rawValue = rawValue }
  init(_ rawValue: Int32) { self.rawValue = rawValue }
  /// What could not be resolved.
  static let unknown = TypeID(0)
}

/// The kinds of types, with the meaning of the operands of their records.
enum TypeKind: UInt8 {
  case unknown
  /// a: the `BasicType`.
  case basic
  /// a: the object that declares it, b: list of type arguments or 0. Its underlying type is in `underlying`.
  case named
  /// a: the object, b: list of type arguments or 0, c: the type it stands for.
  case alias
  /// a: the type pointed at.
  case pointer
  /// a: element.
  case slice
  /// a: element, b: length, -1 unknown.
  case array
  /// a: key, b: value.
  case map
  /// a: element, b: 0 both ways, 1 send only, 2 receive only.
  case channel
  /// a: list of fields, four words each: name, type, 1 if embedded, name of the tag's text or 0.
  case structure
  /// a, b: lists of parameters and results, two words each: name, type. c: list of type parameters. Flag `isVariadic`.
  case signature
  /// a: list of methods, two words each: name, signature; b: list of embedded types and unions.
  case interface
  /// a: list of types. What a call with several results gives.
  case tuple
  /// a: name, b: position, c: distinguishes declarations. Its constraint is in `underlying`.
  case typeParameter
  /// a: list of terms, two words each: 1 with `~`, type.
  case union
  /// A type of C: a: name.
  case foreign
}

/// The predeclared basic types; `byte` and `rune` are apart because they print so.
enum BasicType: Int32, CaseIterable {
  case bool, int, int8, int16, int32, int64, uint, uint8, uint16, uint32, uint64, uintptr
  case float32, float64, complex64, complex128, string, unsafePointer, byte, rune
  case untypedBool, untypedInt, untypedRune, untypedFloat, untypedComplex, untypedString, untypedNil

  var type: TypeID { TypeID(rawValue + 1) }
  var isUntyped: Bool { rawValue >= BasicType.untypedBool.rawValue }
  var isInteger: Bool {
    switch self {
    case .int, .int8, .int16, .int32, .int64, .uint, .uint8, .uint16, .uint32, .uint64, .uintptr, .byte, .rune,
      .untypedInt, .untypedRune:
      true
    default: false
    }
  }
  var isString: Bool { self == .string || self == .untypedString }
}

final class TypeTable: @unchecked Sendable {
  // Unchecked: see the head of the file.

  struct Record {
    var kind: TypeKind
    var flags: Flags
    var a: Int32
    var b: Int32
    var c: Int32

    struct Flags: OptionSet {
      var rawValue: UInt8
      static let isVariadic = Flags(rawValue: 1)
      /// A type parameter occurs in it.
      static let isParameterized = Flags(rawValue: 2)
      /// An unknown type occurs in it.
      static let hasUnknown = Flags(rawValue: 4)
    }
  }

  private struct Key: Hashable {
    var kind: UInt8
    var flags: UInt8
    var a: Int32
    var b: Int32
    var c: Int32
  }

  private let lock = RecursiveLock()
  private let records = ChunkedArray<Record>()
  private let underlyings = ChunkedArray<Int32>()
  private let listStarts = ChunkedArray<UnsafeBufferPointer<Int32>>()
  private var interned: [Key: Int32] = [:]
  private var internedLists: [[Int32]: Int32] = [:]

  init() {
    _ = add(Record(kind: .unknown, flags: .hasUnknown, a: 0, b: 0, c: 0))
    for basic in BasicType.allCases { _ = add(Record(kind: .basic, flags: [], a: basic.rawValue, b: 0, c: 0)) }
    _ = listStarts.append(UnsafeBufferPointer(start: nil, count: 0))
  }

  deinit {
    for index in 0..<listStarts.count { listStarts[index].deallocate() }
  }

  /// How many types there are.
  var count: Int { lock.locked { records.count } }

  private func add(_ record: Record) -> TypeID {
    _ = underlyings.append(0)
    return TypeID(Int32(records.append(record)))
  }

  // MARK: Making types

  /// The list of these words. Equal words give equal lists.
  func list(_ words: [Int32]) -> Int32 {
    if words.isEmpty { return 0 }
    return lock.locked {
      if let known = internedLists[words] { return known }
      let buffer = UnsafeMutableBufferPointer<Int32>.allocate(capacity: words.count)
      _ = buffer.initialize(from: words)
      let index = Int32(listStarts.append(UnsafeBufferPointer(buffer)))
      internedLists[words] = index
      return index
    }
  }

  private func intern(_ kind: TypeKind, _ flags: Record.Flags, _ a: Int32, _ b: Int32, _ c: Int32) -> TypeID {
    let key = Key(kind: kind.rawValue, flags: flags.rawValue & Record.Flags.isVariadic.rawValue, a: a, b: b, c: c)
    return lock.locked {
      if let known = interned[key] { return TypeID(known) }
      let type = add(Record(kind: kind, flags: flags, a: a, b: b, c: c))
      interned[key] = type.rawValue
      return type
    }
  }

  private func inherited(_ types: TypeID...) -> Record.Flags {
    var flags: Record.Flags = []
    for type in types { flags.formUnion(records[Int(type.rawValue)].flags) }
    flags.remove(.isVariadic)
    return flags
  }

  private func inherited(list: Int32, from first: Int, by stride: Int) -> Record.Flags {
    var flags: Record.Flags = []
    let words = self.words(list)
    var index = first
    while index < words.count {
      flags.formUnion(records[Int(words[index])].flags)
      index += stride
    }
    flags.remove(.isVariadic)
    return flags
  }

  func pointer(to type: TypeID) -> TypeID { intern(.pointer, inherited(type), type.rawValue, 0, 0) }
  func slice(of type: TypeID) -> TypeID { intern(.slice, inherited(type), type.rawValue, 0, 0) }
  func array(of type: TypeID, length: Int) -> TypeID {
    intern(.array, inherited(type), type.rawValue, Int32(clamping: length), 0)
  }
  func map(key: TypeID, value: TypeID) -> TypeID {
    intern(.map, inherited(key, value), key.rawValue, value.rawValue, 0)
  }
  func channel(of type: TypeID, direction: Int32) -> TypeID {
    intern(.channel, inherited(type), type.rawValue, direction, 0)
  }
  func structure(fields: [Int32]) -> TypeID {
    let list = list(fields)
    return intern(.structure, inherited(list: list, from: 1, by: 4), list, 0, 0)
  }
  func signature(parameters: [Int32], results: [Int32], typeParameters: [Int32], isVariadic: Bool) -> TypeID {
    let parameters = list(parameters)
    let results = list(results)
    var flags = inherited(list: parameters, from: 1, by: 2).union(inherited(list: results, from: 1, by: 2))
    if isVariadic { flags.insert(.isVariadic) }
    return intern(.signature, flags, parameters, results, list(typeParameters))
  }
  func interface(methods: [Int32], embedded: [Int32]) -> TypeID {
    let methods = list(methods)
    let embedded = list(embedded)
    return intern(
      .interface, inherited(list: methods, from: 1, by: 2).union(inherited(list: embedded, from: 0, by: 1)), methods,
      embedded, 0)
  }
  func tuple(_ types: [Int32]) -> TypeID {
    let list = list(types)
    return intern(.tuple, inherited(list: list, from: 0, by: 1), list, 0, 0)
  }
  func union(_ terms: [Int32]) -> TypeID {
    let list = list(terms)
    return intern(.union, inherited(list: list, from: 1, by: 2), list, 0, 0)
  }
  func foreign(_ name: Name) -> TypeID { intern(.foreign, [], name.rawValue, 0, 0) }

  /// A declared type, or an instance of a generic one.
  func named(_ object: ObjectID, arguments: [Int32] = []) -> TypeID {
    let list = list(arguments)
    return intern(.named, inherited(list: list, from: 0, by: 1), object.rawValue, list, 0)
  }
  func alias(_ object: ObjectID, arguments: [Int32] = [], to actual: TypeID) -> TypeID {
    intern(.alias, inherited(actual), object.rawValue, list(arguments), actual.rawValue)
  }
  /// A type parameter; each call makes a new one.
  func typeParameter(_ name: Name, position: Int) -> TypeID {
    lock.locked {
      add(
        Record(
          kind: .typeParameter, flags: .isParameterized, a: name.rawValue, b: Int32(position), c: Int32(records.count)))
    }
  }

  /// Sets what a declared type is underneath, or what constrains a type parameter.
  func setUnderlying(_ type: TypeID, _ underlying: TypeID) {
    atomicUnderlying(type).pointee.store(underlying.rawValue + 1, ordering: .releasing)
  }

  private func atomicUnderlying(_ type: TypeID) -> UnsafeMutablePointer<Atomic<Int32>> {
    // Unsafe: an atomic integer has the layout of the integer, and the slot never moves.
    UnsafeMutableRawPointer(underlyings.pointer(Int(type.rawValue))).assumingMemoryBound(to: Atomic<Int32>.self)
  }

  // MARK: Reading types

  @inline(__always)
  subscript(type: TypeID) -> Record { records[Int(type.rawValue)] }

  @inline(__always)
  func words(_ list: Int32) -> UnsafeBufferPointer<Int32> { listStarts[Int(list)] }

  /// What `setUnderlying` has set, or nil.
  @inline(__always)
  func storedUnderlying(_ type: TypeID) -> TypeID? {
    let stored = atomicUnderlying(type).pointee.load(ordering: .acquiring)
    return stored == 0 ? nil : TypeID(stored - 1)
  }

  /// The type without aliases around it.
  @inline(__always)
  func unaliased(_ type: TypeID) -> TypeID {
    var type = type
    while self[type].kind == .alias { type = TypeID(self[type].c) }
    return type
  }

  @inline(__always)
  func kind(_ type: TypeID) -> TypeKind { self[unaliased(type)].kind }

  func basic(_ type: TypeID) -> BasicType? {
    let record = self[unaliased(type)]
    return record.kind == .basic ? BasicType(rawValue: record.a) : nil
  }

  func isUntyped(_ type: TypeID) -> Bool {
    type.rawValue >= BasicType.untypedBool.type.rawValue && type.rawValue <= BasicType.untypedNil.type.rawValue
  }
}
