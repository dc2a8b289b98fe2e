import Foundation
import ProcessImage

/// Marks what is reachable, and keeps for each object where it was first reached from.
///
/// Edges whose type is known are followed before all others, breadth first. So an object that can be reached by typed edges alone is reached by
/// them, on a shortest such path; only what remains is searched for words that look like pointers. Where a typed edge leads to an object that
/// was so far only guessed at, the object is read again with its type.
///
/// A typed edge does not tell where its object ends: `*T` may point at the first member of a struct, or into an array. What lies in the object beside
/// the value is therefore searched as well, but as a guess.
final class Marker {
  /// What is left to be read: a run of values of one type within an object.
  private struct Work: BitwiseCopyable {
    var span: UInt32
    var index: UInt32
    var type: TypeID
    /// How many values; the largest number means as many as fit.
    var count: UInt32
    /// Where the first value stands in the object.
    var offset: UInt64
  }

  /// A run of values outside of the heap that a root leads to.
  struct Outside {
    let address: UInt64
    let type: TypeID
    let count: UInt64
    /// The number of the root.
    let root: UInt32
  }

  private struct Guess: BitwiseCopyable {
    var address: UInt64
    var parent: UInt32
    var offset: UInt32
  }

  static let rootFlag: UInt32 = 1 << 31
  static let guessFlag: UInt32 = 1 << 31

  let heap: Heap
  let types: TypeTable
  let image: ProcessImage
  /// For each object the type with which it was read; none for one that was not reached.
  let marks: RawBuffer<TypeID>
  /// For each object the one it was reached from, or the number of a root with the highest bit set.
  let parents: RawBuffer<UInt32>
  /// Where in its parent the pointer stands, in words. The highest bit is set if a word that only looks like a pointer is on the way to the object.
  let edges: RawBuffer<UInt32>
  private(set) var roots: [Root] = []
  /// The maps that were met, by the address of their header.
  private(set) var maps: [(address: UInt64, type: TypeID, object: UInt32?)] = []
  private var outsideMaps: Set<UInt64> = []
  /// Typed pointers of roots that lead to no object of the heap: to data of the program, if anywhere.
  private var outside: [Outside] = []
  private let queue = RawQueue<Work>.make()
  /// Pointers without doubt to objects whose type is not known.
  private let untyped = RawQueue<Guess>.make()
  /// Words that may be pointers.
  private let guesses = RawQueue<Guess>.make()
  private let layouts: PointerLayouts
  private let mapOffsets: MapOffsets
  private let channelOffsets: (buffer: UInt64, count: UInt64)
  private var interfaceTypes: [UInt64: TypeID] = [:]
  private let recent = UnsafeMutablePointer<Recent>.allocate(capacity: 1)

  /// What was last asked for; most of the time it is asked for again.
  private struct Recent {
    var table: (UInt64, TypeID) = (0, .none)
    var record: (UInt64, TypeID) = (0, .none)
    var header: (TypeID, TypeID) = (.none, .none)
    var container: (TypeID, TypeID) = (.none, .none)
    var mapTable: (TypeID, TypeID) = (.none, .none)
  }

  init(
    _ heap: Heap, _ types: TypeTable, _ image: ProcessImage, _ mapOffsets: MapOffsets,
    channel: (buffer: UInt64, count: UInt64)
  ) {
    self.heap = heap
    self.types = types
    self.image = image
    self.mapOffsets = mapOffsets
    channelOffsets = channel
    layouts = PointerLayouts(types)
    recent.initialize(to: Recent())
    marks = RawBuffer(count: heap.objectCount)
    parents = RawBuffer(count: heap.objectCount)
    edges = RawBuffer(count: heap.objectCount)
  }

  // MARK: Roots

  /// Marks from a value outside of the heap whose type is known.
  func mark(root: Root, bytes: UnsafeRawBufferPointer, type: TypeID) {
    let layout = layouts[type]
    guard layout.count > 0 else { return }
    var root = root
    scan(bytes, layout, at: 0, count: 1, parent: 0, base: 0) { [self] offset in
      root = Root(
        kind: root.kind, name: root.name, address: root.base &+ offset, isPrecise: true, type: root.type,
        base: root.base, via: root.via)
      roots.append(root)
      return Marker.rootFlag | UInt32(roots.count - 1)
    }
  }

  /// Notes words outside of the heap that are pointers to what is not known, or that may be pointers: their roots say which.
  func guess(at base: UInt64, bytes: UnsafeRawBufferPointer, where isPointer: (Int) -> Bool, root: (UInt64) -> Root) {
    let count = bytes.count / 8
    for index in 0..<count {
      let word = bytes.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self)
      guard word != 0, heap.span(at: word) != 0, isPointer(index) else { continue }
      let number = UInt32(roots.count)
      let place = root(base + UInt64(index) * 8)
      roots.append(place)
      let found = Guess(address: word, parent: Marker.rootFlag | number, offset: 0)
      if place.isPrecise { untyped.pointee.append(found) } else { guesses.pointee.append(found) }
    }
  }

  /// What roots lead to outside of the heap, and have not been asked for yet.
  func takeOutside() -> [Outside] {
    defer { outside = [] }
    return outside
  }

  private func note(outside address: UInt64, _ type: TypeID, count: UInt64, _ parent: UInt32) {
    guard parent & Marker.rootFlag != 0 else { return }
    outside.append(Outside(address: address, type: type, count: count, root: parent & ~Marker.rootFlag))
  }

  // MARK: The pass

  /// Follows all edges.
  func run() {
    while true {
      while !queue.pointee.isEmpty { read(queue.pointee.takeFirst()) }
      // What is certain comes before what is not: an object that both reach is certain. And what either leads to by typed edges comes before
      // the next.
      if !untyped.pointee.isEmpty {
        let next = untyped.pointee.takeFirst()
        visit(next.address, .unknown, count: .max, parent: next.parent, offset: next.offset, isGuess: false)
      } else if !guesses.pointee.isEmpty {
        let next = guesses.pointee.takeFirst()
        visit(next.address, .unknown, count: .max, parent: next.parent, offset: next.offset, isGuess: true)
      } else {
        break
      }
    }
  }

  deinit {
    RawQueue.free(queue)
    RawQueue.free(untyped)
    RawQueue.free(guesses)
    recent.deallocate()
  }

  /// Whether a way to an object goes through a word that only looks like a pointer.
  @inline(__always)
  func isGuessed(_ parent: UInt32) -> Bool {
    parent & Marker.rootFlag != 0
      ? !roots[Int(parent & ~Marker.rootFlag)].isPrecise : edges.base[Int(parent)] & Marker.guessFlag != 0
  }

  private func read(_ work: Work) {
    let span = heap.spans.base + Int(work.span)
    guard let start = span.pointee.bytes else { return }
    // The type's address at the start of an object is none of its values: offsets count from behind it.
    let header: UInt64 = span.pointee.hasHeaders ? 8 : 0
    let size = span.pointee.objectSize - header
    let place = UInt64(work.index) * span.pointee.objectSize + header
    let bytes = UnsafeRawBufferPointer(start: start + Int(place), count: Int(size))
    let number = span.pointee.firstObject + work.index
    guard work.type.isKnown else {
      search(bytes, from: 0, to: size, parent: number)
      return
    }
    if isPart(work.type) {
      readPart(work, bytes, parent: number)
    } else {
      let layout = layouts[work.type]
      guard layout.size > 0, work.offset < size else {
        search(bytes, from: 0, to: size, parent: number)
        return
      }
      let room = (size - work.offset) / layout.size
      let count = min(room, UInt64(work.count))
      if layout.count > 0 {
        scan(bytes, layout, at: work.offset, count: count, parent: number, base: 0) { _ in number }
      }
      search(bytes, from: 0, to: work.offset, parent: number)
      search(bytes, from: work.offset + count * layout.size, to: size, parent: number)
    }
  }

  /// Notes all words that may be pointers.
  private func search(_ bytes: UnsafeRawBufferPointer, from start: UInt64, to end: UInt64, parent: UInt32) {
    var offset = Int(start + 7) & ~7
    while offset + 8 <= Int(end) {
      let word = bytes.load(fromByteOffset: offset, as: UInt64.self)
      if word != 0, heap.span(at: word) != 0 { guess(word, parent, UInt64(offset)) }
      offset += 8
    }
  }

  @inline(__always)
  private func guess(_ word: UInt64, _ parent: UInt32, _ offset: UInt64) {
    // What is marked already gains nothing from a guess.
    guard let object = heap.object(at: word), !heap.spans[object.span].isNoScan,
      marks.base[Int(heap.spans[object.span].firstObject + object.index)] == .none
    else { return }
    guesses.pointee.append(Guess(address: word, parent: parent, offset: UInt32(truncatingIfNeeded: offset / 8)))
  }

  /// Follows the pointers of a run of values.
  /// - Parameter parent: gives the number that stands for the place at an offset: the object, or a new root.
  @inline(__always)
  private func scan(
    _ bytes: UnsafeRawBufferPointer, _ layout: PointerLayout, at start: UInt64, count: UInt64, parent: UInt32,
    base: UInt64, _ place: (UInt64) -> UInt32
  ) {
    var offset = start
    for _ in 0..<count {
      for slot in Int(layout.start)..<Int(layout.start + layout.count) {
        follow(layouts.slots[slot], bytes, offset, place, depth: 0)
      }
      offset &+= layout.size
    }
  }

  private func follow(
    _ slot: PointerSlot, _ bytes: UnsafeRawBufferPointer, _ start: UInt64, _ place: (UInt64) -> UInt32, depth: Int
  ) {
    let offset = start &+ slot.offset
    guard offset &+ 8 <= UInt64(bytes.count) else { return }
    @inline(__always) func word(_ distance: UInt64) -> UInt64 {
      offset &+ distance &+ 8 <= UInt64(bytes.count)
        ? bytes.loadUnaligned(fromByteOffset: Int(offset &+ distance), as: UInt64.self) : 0
    }
    if slot.kind == .array {
      let layout = layouts[slot.target]
      guard layout.size > 0, layout.count > 0, depth < 16 else { return }
      for index in 0..<min(slot.count, (UInt64(bytes.count) - offset) / layout.size) {
        for inner in Int(layout.start)..<Int(layout.start + layout.count) {
          follow(layouts.slots[inner], bytes, offset &+ index &* layout.size, place, depth: depth + 1)
        }
      }
      return
    }
    let first = word(0)
    guard first != 0 else { return }
    let edge = UInt32(truncatingIfNeeded: offset / 8)
    switch slot.kind {
    case .pointer:
      guard heap.span(at: first) != 0 else { return note(outside: first, slot.target, count: 1, place(offset)) }
      visit(first, slot.target, count: 1, parent: place(offset), offset: edge, isGuess: false)
    case .slice:
      guard heap.span(at: first) != 0 else {
        return note(outside: first, slot.target, count: word(16), place(offset))
      }
      visit(first, slot.target, count: UInt32(clamping: word(16)), parent: place(offset), offset: edge, isGuess: false)
    case .untyped:
      let number = heap.span(at: first)
      guard number != 0, !heap.spans[number].isNoScan else { return }
      untyped.pointee.append(Guess(address: first, parent: place(offset), offset: edge))
    case .map:
      let header = headerType(slot.target)
      if heap.span(at: first) == 0 {
        note(map: first, slot.target, place(offset))
      } else {
        visit(first, header, count: 1, parent: place(offset), offset: edge, isGuess: false)
      }
    case .channel:
      guard heap.span(at: first) != 0 else { return }
      visit(
        first, types.derived(.channelHeader, of: slot.target), count: 1, parent: place(offset), offset: edge,
        isGuess: false)
    case .emptyInterface, .interface:
      let data = word(8)
      guard data != 0 else { return }
      let type = slot.kind == .emptyInterface ? typeRecord(first) : tableType(first)
      let edge = edge &+ 1
      guard type.isKnown else {
        if heap.span(at: data) != 0 {
          untyped.pointee.append(Guess(address: data, parent: place(offset &+ 8), offset: edge))
        }
        return
      }
      followInterface(data, type, edge) { place(offset &+ 8) }
    case .array: break
    }
  }

  /// Follows the word of an interface: a pointer itself, or the address of the value.
  private func followInterface(_ data: UInt64, _ id: TypeID, _ edge: UInt32, _ parent: () -> UInt32) {
    var type = types[id]
    var direct = id
    // A struct or an array of one pointer stands in the interface itself, as that pointer does.
    for _ in 0..<16 {
      if type.kind == .structure, type.size == 8, let field = type.fields.first(where: { types[$0.type].size == 8 }) {
        direct = field.type
      } else if type.kind == .array, type.length == 1, type.size == 8 {
        direct = type.element
      } else {
        break
      }
      type = types[direct]
    }
    let target: TypeID
    switch type.kind {
    case .pointer: target = type.element
    case .map:
      if heap.span(at: data) == 0 { return note(map: data, direct, parent()) }
      target = headerType(direct)
    case .chan: target = types.derived(.channelHeader, of: direct)
    case .function, .unsafePointer:
      if heap.span(at: data) != 0 { untyped.pointee.append(Guess(address: data, parent: parent(), offset: edge)) }
      return
    default: target = id
    }
    guard heap.span(at: data) != 0 else { return }
    visit(data, target, count: 1, parent: parent(), offset: edge, isGuess: false)
  }

  private func headerType(_ map: TypeID) -> TypeID {
    if recent.pointee.header.0 != map { recent.pointee.header = (map, types.derived(.mapHeader, of: map)) }
    return recent.pointee.header.1
  }

  private func containerType(_ map: TypeID) -> TypeID {
    if recent.pointee.container.0 != map { recent.pointee.container = (map, types[map].container) }
    return recent.pointee.container.1
  }

  private func typeRecord(_ address: UInt64) -> TypeID {
    if recent.pointee.record.0 == address { return recent.pointee.record.1 }
    recent.pointee.record = (address, types.type(record: address))
    return recent.pointee.record.1
  }

  private func tableType(_ table: UInt64) -> TypeID {
    if recent.pointee.table.0 == table { return recent.pointee.table.1 }
    let type: TypeID
    if let known = interfaceTypes[table] {
      type = known
    } else {
      let record = heap.pointer(table &+ types.records.interfaceTableType) ?? 0
      type = types.type(record: record)
      interfaceTypes[table] = type
    }
    recent.pointee.table = (table, type)
    return type
  }

  /// Marks an object, and puts it on the list of what is to be read if it was not, or only without its type.
  private func visit(_ address: UInt64, _ type: TypeID, count: UInt32, parent: UInt32, offset: UInt32, isGuess: Bool) {
    let number = heap.span(at: address)
    guard number != 0 else { return }
    let span = heap.spans.base + number
    let distance = address &- span.pointee.base
    guard distance < span.pointee.used else { return }
    let index = span.pointee.index(distance)
    guard index < span.pointee.objectCount, span.pointee.isAllocated(index) else { return }
    guard !span.pointee.isNoScan else { return }
    let object = span.pointee.firstObject &+ index
    let known = marks.base[Int(object)]
    if known != .none {
      // Only a first type is news, or one that covers more than the type so far.
      guard type.isKnown, known != type else { return }
      if known.isKnown {
        guard !isPart(known), isPart(type) || layouts[type].size > layouts[known].size else { return }
      }
    } else {
      parents.base[Int(object)] = parent
      edges.base[Int(object)] = offset | (isGuess || isGuessed(parent) ? Marker.guessFlag : 0)
    }
    var type = type
    var count = count
    var place = distance &- UInt64(index) &* span.pointee.objectSize
    if span.pointee.hasHeaders { place = place < 8 ? 0 : place &- 8 }
    if !isPart(type) {
      // What the allocator itself wrote down is better than where the pointer came from.
      if span.pointee.largeType != 0 {
        let exact = typeRecord(span.pointee.largeType)
        if exact.isKnown { (type, count, place) = (exact, .max, 0) }
      } else if span.pointee.hasHeaders, let bytes = span.pointee.bytes {
        let record = bytes.load(fromByteOffset: Int(UInt64(index) &* span.pointee.objectSize), as: UInt64.self)
        let exact = record == 0 ? .none : typeRecord(record)
        if exact.isKnown { (type, count, place) = (exact, .max, 0) }
      }
      if known == type { return }
    } else if types.kind(part: type) == .mapHeader {
      maps.append((address, types.whole(type), object))
    }
    marks.base[Int(object)] = type.isKnown ? type : .unknown
    queue.pointee.append(Work(span: UInt32(number), index: index, type: type, count: count, offset: place))
  }

  /// Whether a type is a part of a map or a channel, whose reading needs the map's own type.
  @inline(__always)
  private func isPart(_ type: TypeID) -> Bool { types.isPart(type) }

  /// Notes a map whose header stands outside of the heap, and follows what it holds.
  private func note(map address: UInt64, _ type: TypeID, _ parent: UInt32) {
    guard outsideMaps.insert(address).inserted else { return }
    maps.append((address, type, nil))
    guard let bytes = heap.read(address, Int(mapOffsets.headerSize)) else { return }
    bytes.withUnsafeBytes { readHeader($0, type, parent: parent) }
  }

  // MARK: Parts of maps and channels

  private func readPart(_ work: Work, _ bytes: UnsafeRawBufferPointer, parent: UInt32) {
    let whole = types.whole(work.type)
    switch types.kind(part: work.type) {
    case .mapHeader: readHeader(bytes, whole, parent: parent)
    case .mapDirectory:
      let table = types.derived(.mapTable, of: whole)
      for index in 0..<min((bytes.count - Int(work.offset)) / 8, Int(work.count)) {
        let pointer = bytes.loadUnaligned(fromByteOffset: Int(work.offset) + index * 8, as: UInt64.self)
        visit(pointer, table, count: 1, parent: parent, offset: UInt32(work.offset / 8) + UInt32(index), isGuess: false)
      }
    case .mapTable:
      guard mapOffsets.groups + 16 <= bytes.count else { return }
      let groups = bytes.loadUnaligned(fromByteOffset: mapOffsets.groups, as: UInt64.self)
      let mask = bytes.loadUnaligned(fromByteOffset: mapOffsets.groups + 8, as: UInt64.self)
      visit(
        groups, containerType(whole), count: UInt32(clamping: mask &+ 1), parent: parent,
        offset: UInt32(mapOffsets.groups / 8), isGuess: false)
    case .channelHeader:
      guard max(channelOffsets.buffer, channelOffsets.count) + 8 <= UInt64(bytes.count) else { return }
      let buffer = bytes.loadUnaligned(fromByteOffset: Int(channelOffsets.buffer), as: UInt64.self)
      let count = bytes.loadUnaligned(fromByteOffset: Int(channelOffsets.count), as: UInt64.self)
      visit(
        buffer, types[whole].element, count: UInt32(clamping: count), parent: parent,
        offset: UInt32(channelOffsets.buffer / 8), isGuess: false)
      // Goroutines that wait hang on the channel by pointers whose targets are typed by the runtime, not by the channel.
      search(bytes, from: 0, to: UInt64(bytes.count), parent: parent)
    default: break
    }
  }

  private func readHeader(_ bytes: UnsafeRawBufferPointer, _ type: TypeID, parent: UInt32) {
    guard bytes.count >= Int(mapOffsets.headerSize) else { return }
    func word(_ offset: Int) -> UInt64 { bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self) }
    let container = containerType(type)
    func edge(_ offset: Int) -> UInt32 { UInt32(offset / 8) }
    if mapOffsets.isSwiss {
      let directory = word(mapOffsets.directory)
      let length = word(mapOffsets.directoryLength)
      let target = length == 0 ? container : types.derived(.mapDirectory, of: type)
      visit(
        directory, target, count: UInt32(clamping: max(1, length)), parent: parent, offset: edge(mapOffsets.directory),
        isGuess: false)
    } else {
      for offset in [mapOffsets.buckets, mapOffsets.oldBuckets] where word(offset) != 0 {
        visit(word(offset), container, count: .max, parent: parent, offset: edge(offset), isGuess: false)
      }
      // Buckets without pointers are kept by a list here.
      let extra = word(mapOffsets.extra)
      if extra != 0 {
        visit(extra, mapOffsets.extraType, count: 1, parent: parent, offset: edge(mapOffsets.extra), isGuess: false)
      }
    }
  }
}
