import ProcessImage

/// The types of the inspected program, from its debugging information and from the records that Go itself uses at run time.
///
/// Both are needed. The debugging information knows the types of variables and the names of all fields; the records know the types that
/// occur only in interfaces and in the headers of heap objects. A record that the debugging information describes as well is the same type here.
///
/// A type is read when it is first looked at, so that types that refer to each other end no recursion.
final class TypeTable {
  private enum Origin {
    case entry(Int)
    case record(UInt64)
    case ready
  }

  let image: ProcessImage
  let info: DwarfInfo
  /// The ranges of addresses where records stand: one for each module.
  var recordRanges: [Range<UInt64>] = []
  /// The records of the runtime's own structs by their names with the package's path. Only those of a stripped program were looked for.
  var namedRecords: [String: UInt64] = [:]
  var records = RecordLayout()
  private var types: [GoType] = []
  /// For each type what it is a part of, and which part; looked at for each pointer, hence not in ``GoType``.
  private let parts = UnsafeMutablePointer<Parts>.allocate(capacity: 1)

  private struct Parts {
    var kinds: UnsafeMutablePointer<GoKind>
    var wholes: UnsafeMutablePointer<TypeID>
    var capacity: Int
  }
  private var origins: [Origin] = []
  private var byEntry: [Int: TypeID] = [:]
  private var byRecord: [UInt64: TypeID] = [:]
  private var derived: [Derived: TypeID] = [:]

  private struct Derived: Hashable {
    let kind: GoKind
    let type: TypeID
  }

  init(_ image: ProcessImage, _ info: DwarfInfo) {
    self.image = image
    self.info = info
    for name in ["", "unknown"] {
      types.append(GoType(kind: .invalid, name: name, size: 0))
      origins.append(.ready)
    }
    let capacity = 4096
    parts.initialize(
      to: Parts(kinds: .allocate(capacity: capacity), wholes: .allocate(capacity: capacity), capacity: capacity))
    parts.pointee.kinds.initialize(repeating: .invalid, count: capacity)
    parts.pointee.wholes.initialize(repeating: .none, count: capacity)
    records = RecordLayout(self)
  }

  deinit {
    parts.pointee.kinds.deallocate()
    parts.pointee.wholes.deallocate()
    parts.deallocate()
  }

  /// Whether a type is a part of a map or a channel.
  @inline(__always)
  func isPart(_ type: TypeID) -> Bool { kind(part: type) != .invalid }

  /// Which part of a map or a channel a type is; invalid for other types.
  @inline(__always)
  func kind(part type: TypeID) -> GoKind { parts.pointee.kinds[Int(type.index)] }

  /// The map or channel that a type is a part of.
  @inline(__always)
  func whole(_ type: TypeID) -> TypeID { parts.pointee.wholes[Int(type.index)] }

  private func note(part: TypeID, _ kind: GoKind, of whole: TypeID) {
    parts.pointee.kinds[Int(part.index)] = kind
    parts.pointee.wholes[Int(part.index)] = whole
  }

  /// Keeps the arrays of parts as long as the list of types.
  private func makeRoomForParts() {
    guard types.count > parts.pointee.capacity else { return }
    let capacity = types.count * 2
    let kinds = UnsafeMutablePointer<GoKind>.allocate(capacity: capacity)
    let wholes = UnsafeMutablePointer<TypeID>.allocate(capacity: capacity)
    kinds.initialize(repeating: .invalid, count: capacity)
    wholes.initialize(repeating: .none, count: capacity)
    kinds.update(from: parts.pointee.kinds, count: parts.pointee.capacity)
    wholes.update(from: parts.pointee.wholes, count: parts.pointee.capacity)
    parts.pointee.kinds.deallocate()
    parts.pointee.wholes.deallocate()
    parts.pointee = Parts(kinds: kinds, wholes: wholes, capacity: capacity)
  }

  /// A type.
  subscript(id: TypeID) -> GoType {
    let index = Int(id.index)
    switch origins[index] {
    case .ready: break
    case .entry(let offset):
      origins[index] = .ready
      types[index] = readEntry(offset)
    case .record(let address):
      origins[index] = .ready
      types[index] = readRecord(address)
    }
    return types[index]
  }

  /// How many types have been met.
  var count: Int { types.count }

  private func add(_ origin: Origin, _ type: GoType = GoType(kind: .invalid, name: "?", size: 0)) -> TypeID {
    types.append(type)
    origins.append(origin)
    makeRoomForParts()
    return TypeID(index: UInt32(types.count - 1))
  }

  /// The type that the debugging information describes at an offset.
  func type(entry offset: Int?) -> TypeID {
    guard let offset else { return .none }
    if let known = byEntry[offset] { return known }
    let id = add(.entry(offset))
    byEntry[offset] = id
    return id
  }

  /// The type of a name, if the debugging information has it, or if it is one of the runtime's whose record was found.
  func type(named name: String) -> TypeID {
    if let entry = info.types[name] { return type(entry: entry) }
    return namedRecords[name].map { type(record: $0) } ?? .none
  }

  /// The type whose record stands at an address; none where there is no record.
  func type(record address: UInt64) -> TypeID {
    if let known = byRecord[address] { return known }
    var id = TypeID.none
    if let range = recordRanges.first(where: { $0.contains(address) }),
      let offset = info.runtimeTypes[address - range.lowerBound]
    {
      id = type(entry: offset)
    } else if address != 0, isRecord(address) {
      id = add(.record(address))
    }
    byRecord[address] = id
    return id
  }

  /// A part of a map or a channel.
  func derived(_ kind: GoKind, of type: TypeID) -> TypeID {
    let key = Derived(kind: kind, type: type)
    if let known = derived[key] { return known }
    var part = GoType(kind: kind, name: self[type].name, size: 0)
    part.element = type
    let id = add(.ready, part)
    note(part: id, kind, of: type)
    derived[key] = id
    return id
  }

  /// A map type that is known by its buckets alone.
  func made(forContainer container: TypeID) -> TypeID {
    let key = Derived(kind: .map, type: container)
    if let known = derived[key] { return known }
    let bucket = self[container]
    var name = bucket.name
    for prefix in ["map.bucket", "map.group", "noalg.map.bucket", "noalg.map.group"] where name.hasPrefix(prefix) {
      name = "map" + name.dropFirst(prefix.count)
    }
    var map = GoType(kind: .map, name: name, size: 8)
    map.container = container
    if let slots = SlotLayout(self, container) {
      map.key = slots.storedKey
      map.element = slots.storedElement
    } else {
      return .none
    }
    let id = add(.ready, map)
    derived[key] = id
    return id
  }

  // MARK: From debugging information

  /// The entry behind type names.
  private func structure(_ offset: Int?) -> DwarfEntry? {
    var next = offset
    // Names of names are few; more than this is a cycle.
    for _ in 0..<16 {
      guard let offset = next, let entry = info.entry(at: offset) else { return nil }
      if entry.tag != .typedef { return entry }
      next = entry.type
    }
    return nil
  }

  private func target(_ entry: DwarfEntry?, _ member: String) -> DwarfEntry? {
    guard let entry else { return nil }
    return info.children(of: entry).first { $0.name == member }.flatMap { structure($0.type) }
  }

  private func readEntry(_ offset: Int) -> GoType {
    guard var entry = info.entry(at: offset) else { return GoType(kind: .invalid, name: "?", size: 0) }
    let name = entry.name
    // A variable's type can be a name for the entry that has the kind, which is itself a name for the runtime's struct.
    for _ in 0..<16 where entry.goKind == nil && entry.tag == .typedef {
      guard let next = entry.type.flatMap({ info.entry(at: $0) }) else { break }
      entry = next
    }
    var type = GoType(kind: entry.goKind.flatMap(GoKind.init(rawValue:)) ?? .invalid, name: name, size: 8)
    let body = structure(entry.offset)
    if let size = entry.byteSize ?? body?.byteSize { type.size = size }
    switch type.kind {
    case .map:
      type.size = 8
      type.key = self.type(entry: entry.goKey)
      type.element = self.type(entry: entry.goElement)
      type.container = container(of: structure(body?.tag == .pointerType ? body?.type : nil))
    case .chan:
      type.size = 8
      type.element = self.type(entry: entry.goElement)
    case .slice:
      type.element = self.type(entry: entry.goElement ?? body?.goElement)
      type.size = 24
    case .array:
      type.element = self.type(entry: body?.type)
      type.length = body.flatMap { info.children(of: $0).compactMap(\.count).first } ?? 0
    case .interface:
      type.size = 16
      type.isEmptyInterface = body?.name == "runtime.eface"
    case .string: type.size = 16
    case .function, .unsafePointer: type.size = 8
    default:
      if body?.tag == .arrayType {
        // The arrays in buckets were made by the linker, without a kind.
        type.kind = .array
        type.element = self.type(entry: body?.type)
        type.length = body.flatMap { info.children(of: $0).compactMap(\.count).first } ?? 0
      } else if body?.tag == .structureType {
        type.kind = .structure
        type.fields = fields(of: body)
      } else if body?.tag == .pointerType {
        type.size = 8
        type.element = self.type(entry: body?.type)
        type.kind = type.element == .none ? .unsafePointer : .pointer
      }
    }
    return type
  }

  private func fields(of entry: DwarfEntry?) -> [GoType.Field] {
    guard let entry else { return [] }
    return info.children(of: entry).filter { $0.tag == .member }.map {
      GoType.Field(name: $0.name, offset: $0.memberLocation ?? 0, type: type(entry: $0.type))
    }
  }

  /// The bucket or group type, through the members of the header's own type.
  private func container(of header: DwarfEntry?) -> TypeID {
    func pointee(_ entry: DwarfEntry?) -> DwarfEntry? { entry?.tag == .pointerType ? structure(entry?.type) : nil }
    if let bucket = pointee(target(header, "buckets")) { return type(entry: bucket.offset) }
    let table = pointee(pointee(target(header, "dirPtr")))
    let group = pointee(target(target(table, "groups"), "data"))
    return type(entry: group?.offset)
  }
}

/// The way back from a bucket or group to the map.
extension TypeTable {
  /// The map type whose buckets or groups are of a type. Go names them after it: `map.bucket[K]V`, `map.group[K]V`, and in debugging information
  /// `bucket<K,V>`.
  func map(withContainer container: TypeID) -> TypeID {
    for prefix in ["map.bucket[", "map.group[", "noalg.map.bucket[", "noalg.map.group["]
    where self[container].name.hasPrefix(prefix) {
      let name = "map[" + self[container].name.dropFirst(prefix.count)
      let known = type(named: name)
      if known.isKnown { return known }
    }
    return made(forContainer: container)
  }
}
