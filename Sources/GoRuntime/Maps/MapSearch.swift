/// Finds maps by what their headers look like.
///
/// A header is an object of the header's size without a type of its own, so a map that no typed pointer leads to can only be told by its parts:
/// they must agree with each other, and what they point at must be an object of the heap that looks like buckets, groups or tables. An empty map
/// has too little to agree, and is not found this way.
struct MapSearch {
  let heap: Heap
  let types: TypeTable
  let offsets: MapOffsets

  /// Calls `body` for each object that looks like a map: its number, its address, and its type if the buckets carry one.
  /// - Parameter excluding: tells the objects that need no look.
  func run(excluding isKnown: (UInt32) -> Bool, _ body: (UInt32, UInt64, TypeID) -> Void) {
    guard heap.spanCount > 0 else { return }
    var containers: [TypeID: TypeID] = [:]
    for number in 1...heap.spanCount {
      let span = heap.spans[number]
      guard !span.isNoScan, span.objectSize == offsets.headerSize, let start = span.bytes else { continue }
      for index in 0..<span.objectCount where span.isAllocated(index) {
        let object = span.firstObject + index
        guard !isKnown(object) else { continue }
        let bytes = UnsafeRawBufferPointer(
          start: start + Int(UInt64(index) * span.objectSize), count: Int(span.objectSize))
        guard let container = offsets.isSwiss ? swiss(bytes) : classic(bytes) else { continue }
        var type = TypeID.none
        if container.isKnown {
          if let known = containers[container] {
            type = known
          } else {
            type = types.map(withContainer: container)
            containers[container] = type
          }
        }
        body(object, span.base + UInt64(index) * span.objectSize, type)
      }
    }
  }

  /// The type of the map whose header is given, or none where it is not known; nil if it is no map with buckets on the heap.
  func type(ofHeader header: UnsafeRawBufferPointer) -> TypeID? {
    guard let container = offsets.isSwiss ? swiss(header) : classic(header) else { return nil }
    return container.isKnown ? types.map(withContainer: container) : TypeID.none
  }

  private func word(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt64 {
    bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
  }

  /// The object that a pointer leads to, if the pointer leads to its first value.
  private func target(_ address: UInt64) -> (span: Span, start: UInt64)? {
    guard address % 8 == 0, let object = heap.object(at: address) else { return nil }
    let span = heap.spans[object.span]
    let base = span.base + UInt64(object.index) * span.objectSize
    return address == base || (span.hasHeaders && address == base + 8) ? (span, base) : nil
  }

  /// The type that the allocator wrote down for an object.
  private func type(_ span: Span, _ base: UInt64) -> TypeID {
    if span.largeType != 0 { return types.type(record: span.largeType) }
    guard span.hasHeaders, let record = heap.pointer(base), record != 0 else { return .none }
    return types.type(record: record)
  }

  /// The bucket type of a classic map, or none where it is not known; nil if it is no map.
  private func classic(_ header: UnsafeRawBufferPointer) -> TypeID? {
    let count = word(header, offsets.count)
    let flags = header[offsets.flags]
    let logarithm = header[offsets.logarithm]
    let buckets = word(header, offsets.buckets)
    guard flags < 16, logarithm < 40, buckets != 0, count <= (16 << UInt64(logarithm)) + 8,
      word(header, offsets.evacuated) <= 1 << UInt64(logarithm), let array = target(buckets),
      array.span.objectSize >= 16 << UInt64(logarithm), let row = heap.pointer(buckets)
    else { return nil }
    let old = word(header, offsets.oldBuckets)
    if old != 0, target(old) == nil { return nil }
    // Behind "empty to the end" there is nothing; a moved bucket says so in all of its slots or is one with entries.
    var isRest = false
    for slot in 0..<8 {
      let top = (row >> UInt64(slot * 8)) & 0xff
      if isRest, top != 0 { return nil }
      if top == 0 { isRest = true }
    }
    if count > 0, logarithm == 0, old == 0, row == 0 { return nil }
    return type(array.span, array.start)
  }

  /// The group type of a Swiss map, or none where it is not known; nil if it is no map.
  private func swiss(_ header: UnsafeRawBufferPointer) -> TypeID? {
    let used = word(header, offsets.used)
    let directory = word(header, offsets.directory)
    let length = word(header, offsets.directoryLength)
    let depth = header[offsets.globalDepth]
    guard header[offsets.writing] <= 1, depth < 40, let first = target(directory) else { return nil }
    if length == 0 {
      guard used <= 8, depth == 0, let row = heap.pointer(directory), used > 0 || row == 0x8080_8080_8080_8080 else {
        return nil
      }
      var full = 0
      for slot in 0..<8 {
        let control = (row >> UInt64(slot * 8)) & 0xff
        if control < 0x80 { full += 1 } else if control != 0x80, control != 0xfe { return nil }
      }
      return full == used ? type(first.span, first.start) : nil
    }
    guard length == 1 << UInt64(depth), header[offsets.globalShift] == 64 - depth, first.span.objectSize >= 8 * length
    else {
      return nil
    }
    var sum: UInt64 = 0
    var previous: UInt64 = 0
    var container = TypeID.none
    for index in 0..<length {
      guard let table = heap.pointer(directory + index * 8) else { return nil }
      if table == previous { continue }
      previous = table
      guard target(table) != nil, let record = heap.read(table, offsets.tableSize) else { return nil }
      let groups = record.withUnsafeBytes { bytes in
        sum += UInt64(bytes.loadUnaligned(fromByteOffset: offsets.tableUsed, as: UInt16.self))
        return word(bytes, offsets.groups)
      }
      guard let array = target(groups) else { return nil }
      if !container.isKnown { container = type(array.span, array.start) }
    }
    return sum == used ? container : nil
  }
}
