/// Where the pointers of a type stand.
struct PointerLayout: BitwiseCopyable {
  /// The first of its slots.
  var start: UInt32
  var count: UInt32
  /// The size of a value.
  var size: UInt64
}

/// A pointer within a value.
struct PointerSlot: BitwiseCopyable {
  enum Kind: UInt8, BitwiseCopyable {
    /// A pointer to a value of the target type.
    case pointer
    /// A slice whose elements are of the target type.
    case slice
    /// A pointer whose target's type is not known: unsafe.Pointer, a string's bytes, a function value.
    case untyped
    /// A map of the target type.
    case map
    /// A channel of the target type.
    case channel
    /// An interface without methods: a type and a word.
    case emptyInterface
    /// An interface with methods: a table and a word.
    case interface
    /// An array of values of the target type that hold pointers themselves.
    case array
  }

  var offset: UInt64
  var kind: Kind
  var target: TypeID
  /// The length of an array.
  var count: UInt64
}

/// The pointer layouts of types, made when they are first asked for.
final class PointerLayouts {
  /// What the mark pass looks at for each pointer. It stands behind a pointer, so that looking costs no checks.
  struct Table {
    var layouts: UnsafeMutablePointer<PointerLayout>
    var layoutCount = 0
    var slots: UnsafeMutablePointer<PointerSlot>
    var slotCount = 0
    var slotCapacity = 1024
  }

  private let types: TypeTable
  private let table: UnsafeMutablePointer<Table>
  private var inProgress: Set<TypeID> = []
  private static let notMade = UInt32.max

  init(_ types: TypeTable) {
    self.types = types
    table = .allocate(capacity: 1)
    table.initialize(to: Table(layouts: .allocate(capacity: 0), slots: .allocate(capacity: 1024)))
  }

  deinit {
    table.pointee.layouts.deallocate()
    table.pointee.slots.deallocate()
    table.deallocate()
  }

  /// The slots of all layouts. They move when a layout is made.
  @inline(__always)
  var slots: UnsafeMutablePointer<PointerSlot> { table.pointee.slots }

  /// The layout of a type.
  @inline(__always)
  subscript(type: TypeID) -> PointerLayout {
    let index = Int(type.index)
    if index < table.pointee.layoutCount, table.pointee.layouts[index].start != PointerLayouts.notMade {
      return table.pointee.layouts[index]
    }
    return make(type)
  }

  @inline(never)
  private func make(_ type: TypeID) -> PointerLayout {
    var layout = PointerLayout(start: 0, count: 0, size: 0)
    // A type cannot hold itself by value; a damaged one that does has no pointers.
    if type.isKnown, inProgress.insert(type).inserted {
      layout.size = types[type].size
      var found: [PointerSlot] = []
      collect(type, at: 0, into: &found, depth: 0)
      inProgress.remove(type)
      while table.pointee.slotCount + found.count > table.pointee.slotCapacity {
        let larger = UnsafeMutablePointer<PointerSlot>.allocate(capacity: table.pointee.slotCapacity * 2)
        larger.update(from: table.pointee.slots, count: table.pointee.slotCount)
        table.pointee.slots.deallocate()
        table.pointee.slots = larger
        table.pointee.slotCapacity *= 2
      }
      layout.start = UInt32(table.pointee.slotCount)
      layout.count = UInt32(found.count)
      for slot in found {
        table.pointee.slots[table.pointee.slotCount] = slot
        table.pointee.slotCount += 1
      }
    }
    if table.pointee.layoutCount <= Int(type.index) {
      let capacity = max(1024, Int(type.index) * 2)
      let larger = UnsafeMutablePointer<PointerLayout>.allocate(capacity: capacity)
      larger.initialize(repeating: PointerLayout(start: PointerLayouts.notMade, count: 0, size: 0), count: capacity)
      larger.update(from: table.pointee.layouts, count: table.pointee.layoutCount)
      table.pointee.layouts.deallocate()
      table.pointee.layouts = larger
      table.pointee.layoutCount = capacity
    }
    table.pointee.layouts[Int(type.index)] = layout
    return layout
  }

  private func collect(_ id: TypeID, at offset: UInt64, into found: inout [PointerSlot], depth: Int) {
    guard depth < 64, found.count < 1 << 16 else { return }
    let type = types[id]
    func add(_ kind: PointerSlot.Kind, _ target: TypeID, count: UInt64 = 0) {
      found.append(PointerSlot(offset: offset, kind: kind, target: target, count: count))
    }
    switch type.kind {
    case .pointer: add(.pointer, type.element)
    case .slice: add(.slice, type.element)
    case .string, .unsafePointer, .function: add(.untyped, .none)
    case .map: add(.map, id)
    case .chan: add(.channel, id)
    case .interface: add(type.isEmptyInterface ? .emptyInterface : .interface, .none)
    case .structure:
      // atomic.Pointer[T] keeps its pointer untyped, and has a member without size that tells the type.
      if type.name.hasPrefix("sync/atomic.Pointer["),
        let proof = type.fields.first(where: { types[$0.type].kind == .array }),
        types[types[proof.type].element].kind == .pointer
      {
        return add(.pointer, types[types[proof.type].element].element)
      }
      // Go's own record of a bucket keeps the link to the overflow bucket untyped.
      let isBucket = type.name.hasPrefix("map.bucket[") || type.name.hasPrefix("noalg.map.bucket[")
      for field in type.fields where field.offset <= type.size {
        if isBucket, field.name == "overflow", types[field.type].kind == .unsafePointer {
          found.append(PointerSlot(offset: offset &+ field.offset, kind: .pointer, target: id, count: 0))
          continue
        }
        collect(field.type, at: offset &+ field.offset, into: &found, depth: depth + 1)
      }
    case .array:
      let element = types[type.element]
      if type.length <= 16, element.size &* type.length <= 4096 {
        for index in 0..<type.length {
          collect(type.element, at: offset &+ index &* element.size, into: &found, depth: depth + 1)
        }
      } else if self[type.element].count > 0 {
        add(.array, type.element, count: type.length)
      }
    default: break
    }
  }
}
