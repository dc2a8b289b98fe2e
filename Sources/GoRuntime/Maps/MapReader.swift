import ProcessImage

/// Reads maps of both forms.
///
/// Classic: `buckets` has 2^B buckets of eight slots, each with a row of top hashes and a link to an overflow bucket. While a map grows, `oldbuckets`
/// holds the buckets before (as many, if the growth keeps the size, else half as many); one whose first top hash is 2, 3 or 4 has been moved.
/// A top hash below 5 marks no entry.
///
/// Swiss: a small map is one group of eight slots. A larger one has a directory of 2^globalDepth pointers to tables, in which a table stands
/// several times if it uses fewer bits; a table has groups. A control byte below 0x80 marks an entry, 0x80 an empty slot, 0xfe a removed one.
final class MapReader {
  /// An entry: where its key and its element stand.
  struct Entry {
    let key: UInt64
    let element: UInt64
  }

  let heap: Heap
  let types: TypeTable
  let offsets: MapOffsets
  /// Whether a map's ``MapState/ranges`` are wanted. They cost an allocation for each map.
  var keepsRanges = false
  /// How many bytes of one map's buckets are read at most. More than the heap has is damage: buckets that are told twice, chains and tables without
  /// end. What is read anew may be of a heap that has grown.
  private let limit: UInt64
  private var lastLayout: (TypeID, SlotLayout?) = (.none, nil)
  private var layouts: [TypeID: SlotLayout?] = [:]

  init(_ heap: Heap, _ types: TypeTable, _ offsets: MapOffsets) {
    self.heap = heap
    self.types = types
    self.offsets = offsets
    limit = 2 * heap.byteCount + 1 << 24
  }

  /// The layout of the buckets of a map type.
  func layout(of map: TypeID) -> SlotLayout? {
    if lastLayout.0 == map { return lastLayout.1 }
    let layout = findLayout(of: map)
    lastLayout = (map, layout)
    return layout
  }

  private func findLayout(of map: TypeID) -> SlotLayout? {
    if let known = layouts[map] { return known }
    let layout = map.isKnown ? SlotLayout(types, types[map].container) : nil
    layouts[map] = .some(layout)
    return layout
  }

  /// Reads a map's header and counts what is in its buckets.
  /// - Parameter entry: is called for each entry until it returns false.
  func read(_ address: UInt64, _ type: TypeID, entry: ((Entry) -> Bool)? = nil) -> MapState {
    var state = MapState()
    let size = Int(offsets.headerSize)
    if let direct = heap.bytes(at: address, count: size) {
      if offsets.isSwiss { readSwiss(direct, type, &state, entry) } else { readClassic(direct, type, &state, entry) }
    } else if let copy = heap.read(address, size) {
      copy.withUnsafeBytes { bytes in
        if offsets.isSwiss { readSwiss(bytes, type, &state, entry) } else { readClassic(bytes, type, &state, entry) }
      }
    } else {
      state.faults.append("its header cannot be read")
      return state
    }
    if let found = state.found, found != state.count, state.faults.isEmpty, entry == nil {
      state.faults.append("its header counts \(state.count) entries, its buckets hold \(found)")
    }
    return state
  }

  private func word(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt64 {
    bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
  }

  /// Reads a run of buckets, in pieces if it is long and no copy of it was taken.
  private func forEach(
    _ start: UInt64, _ count: UInt64, size: UInt64, _ body: (UnsafeRawBufferPointer, UInt64) -> Bool
  ) -> Bool {
    if let direct = heap.bytes(at: start, count: Int(count * size)) {
      for index in 0..<count {
        let place = Int(index * size)
        if !body(UnsafeRawBufferPointer(rebasing: direct[place..<(place + Int(size))]), start + index * size) {
          return true
        }
      }
      return true
    }
    let perPiece = max(1, (1 << 20) / size)
    var done: UInt64 = 0
    while done < count {
      let next = min(perPiece, count - done)
      guard let piece = heap.read(start + done * size, Int(next * size)) else { return false }
      let goesOn = piece.withUnsafeBytes { bytes in
        for index in 0..<next {
          let place = Int(index * size)
          let bucket = UnsafeRawBufferPointer(rebasing: bytes[place..<(place + Int(size))])
          if !body(bucket, start + (done + index) * size) { return false }
        }
        return true
      }
      if !goesOn { return true }
      done += next
    }
    return true
  }

  // MARK: Classic

  private func readClassic(
    _ header: UnsafeRawBufferPointer, _ type: TypeID, _ state: inout MapState, _ entry: ((Entry) -> Bool)?
  ) {
    state.count = Int(truncatingIfNeeded: word(header, offsets.count))
    let flags = header[offsets.flags]
    let logarithm = header[offsets.logarithm]
    let buckets = word(header, offsets.buckets)
    let old = word(header, offsets.oldBuckets)
    state.isWriting = flags & 4 != 0
    state.isGrowing = old != 0
    state.isSameSizeGrowth = old != 0 && flags & 8 != 0
    state.evacuated = old == 0 ? 0 : word(header, offsets.evacuated)
    state.bytes = offsets.headerSize
    guard logarithm < 48, state.count >= 0 else {
      state.faults.append("its header is damaged or was written while it was read")
      return
    }
    state.buckets = buckets == 0 ? 0 : 1 << UInt64(logarithm)
    state.capacity = Int(state.buckets) * 8
    guard let layout = layout(of: type) else {
      state.overflowBuckets = Int(header[offsets.overflow]) | Int(header[offsets.overflow + 1]) << 8
      return
    }
    state.oldBuckets = old == 0 ? 0 : state.isSameSizeGrowth ? state.buckets : state.buckets / 2
    guard state.buckets <= limit / layout.size, buckets != 0 || state.count == 0 else {
      state.faults.append("its header is damaged or was written while it was read")
      return
    }
    var found = 0
    var isComplete = true
    var goesOn = true
    for (start, count, isOld) in [(buckets, state.buckets, false), (old, state.oldBuckets, true)]
    where count > 0 && goesOn {
      if keepsRanges { state.ranges.append((start, count * layout.size)) }
      state.bytes += arrayBytes(start, count * layout.size)
      let all = forEach(start, count, size: layout.size) { bucket, address in
        if isOld, (2...4).contains(bucket[Int(layout.control)]) { return true }
        goesOn = readChain(bucket, address, layout, &state, &found, &isComplete, entry, isOld: isOld)
        return goesOn
      }
      if !all { isComplete = false }
    }
    if isComplete || entry != nil {
      state.found = found
    } else {
      state.faults.append("some of its buckets cannot be read")
    }
  }

  /// Reads a bucket and those that hang on it.
  private func readChain(
    _ bucket: UnsafeRawBufferPointer, _ address: UInt64, _ layout: SlotLayout, _ state: inout MapState,
    _ found: inout Int, _ isComplete: inout Bool, _ entry: ((Entry) -> Bool)?, isOld: Bool
  ) -> Bool {
    var length = 0
    var goesOn = true
    var next = bucketLink(bucket, layout)
    @inline(__always) func slots(_ bucket: UnsafeRawBufferPointer, _ address: UInt64) {
      let row = bucket.loadUnaligned(fromByteOffset: Int(layout.control), as: UInt64.self)
      var inBucket = 0
      for slot in 0..<8 where (row >> UInt64(slot * 8)) & 0xff >= 5 {
        inBucket += 1
        if let entry, goesOn {
          goesOn = entry(
            Entry(
              key: address + layout.keys + UInt64(slot) * layout.keyStride,
              element: address + layout.elements + UInt64(slot) * layout.elementStride))
        }
      }
      found += inBucket
      state.occupancyCounts[inBucket] &+= 1
    }
    slots(bucket, address)
    while next != 0, goesOn {
      length += 1
      // Go rebuilds a map that has as many overflow buckets as buckets; far more of them are a cycle, as are more than the heap has room for.
      if UInt64(state.overflowBuckets + length) > min(8 * state.buckets + 1 << 16, limit / layout.size) {
        state.faults.append("a chain of overflow buckets has no end")
        isComplete = false
        goesOn = false
        break
      }
      guard let bytes = heap.read(next, Int(layout.size)) else {
        isComplete = false
        break
      }
      state.bytes += overflowBytes(next, layout.size)
      bytes.withUnsafeBytes {
        slots($0, next)
        next = bucketLink($0, layout)
      }
    }
    state.overflowBuckets += length
    if length > 0 { state.chains += 1 }
    state.longestChain = max(state.longestChain, length)
    return goesOn
  }

  private func bucketLink(_ bucket: UnsafeRawBufferPointer, _ layout: SlotLayout) -> UInt64 {
    word(bucket, Int(layout.overflow))
  }

  /// The bytes of a run of buckets as the allocator sees them, with the overflow buckets that were made together with it.
  private func arrayBytes(_ address: UInt64, _ size: UInt64) -> UInt64 {
    let span = heap.span(at: address)
    return span == 0 ? size : max(size, heap.spans[span].objectSize)
  }

  private func overflowBytes(_ address: UInt64, _ size: UInt64) -> UInt64 {
    let span = heap.span(at: address)
    // An overflow bucket within a larger object was made with the array, and is counted there.
    return span == 0 || heap.spans[span].objectSize >= 2 * size + 8 ? 0 : heap.spans[span].objectSize
  }

  // MARK: Swiss

  private func readSwiss(
    _ header: UnsafeRawBufferPointer, _ type: TypeID, _ state: inout MapState, _ entry: ((Entry) -> Bool)?
  ) {
    state.count = Int(truncatingIfNeeded: word(header, offsets.used))
    let directory = word(header, offsets.directory)
    let length = word(header, offsets.directoryLength)
    state.globalDepth = Int(header[offsets.globalDepth])
    state.isWriting = header[offsets.writing] != 0
    state.bytes = offsets.headerSize
    guard state.count >= 0, length < 1 << 24 else {
      state.faults.append("its header is damaged or was written while it was read")
      return
    }
    let layout = layout(of: type)
    var found = 0
    var isComplete = true
    var goesOn = true
    func groups(_ start: UInt64, _ count: UInt64) {
      state.buckets &+= count
      guard let layout else {
        isComplete = false
        return
      }
      guard count <= limit / layout.size, state.buckets <= limit / layout.size else {
        isComplete = false
        goesOn = false
        state.faults.append("a table is damaged or was written while it was read")
        return
      }
      if keepsRanges { state.ranges.append((start, count * layout.size)) }
      state.bytes += arrayBytes(start, count * layout.size)
      let all = forEach(start, count, size: layout.size) { group, address in
        let row = word(group, Int(layout.control))
        var inGroup = 0
        for slot in 0..<8 {
          let control = (row >> UInt64(slot * 8)) & 0xff
          if control == 0xfe { state.tombstones += 1 }
          guard control < 0x80 else { continue }
          inGroup += 1
          if let entry, goesOn {
            goesOn = entry(
              Entry(
                key: address + layout.keys + UInt64(slot) * layout.keyStride,
                element: address + layout.elements + UInt64(slot) * layout.elementStride))
          }
        }
        found += inGroup
        state.occupancyCounts[inGroup] &+= 1
        return goesOn
      }
      if !all { isComplete = false }
    }
    if length == 0 {
      if directory != 0 {
        state.capacity = 8
        groups(directory, 1)
      }
    } else {
      guard let pointers = heap.read(directory, Int(length) * 8) else {
        state.faults.append("its directory cannot be read")
        return
      }
      state.bytes += arrayBytes(directory, length * 8)
      var previous: UInt64 = 0
      for index in 0..<Int(length) where goesOn {
        let table = pointers.withUnsafeBytes { word($0, index * 8) }
        // A table that uses fewer bits stands in the directory several times, always in a row.
        if table == previous { continue }
        previous = table
        guard let bytes = heap.read(table, offsets.tableSize) else {
          isComplete = false
          continue
        }
        bytes.withUnsafeBytes { record in
          state.tables += 1
          state.bytes += UInt64(offsets.tableSize)
          state.capacity += Int(record.loadUnaligned(fromByteOffset: offsets.tableCapacity, as: UInt16.self))
          state.growthLeft += Int(record.loadUnaligned(fromByteOffset: offsets.tableGrowthLeft, as: UInt16.self))
          let mask = word(record, offsets.groups + 8)
          if mask < 1 << 32 {
            groups(word(record, offsets.groups), mask + 1)
          } else {
            isComplete = false
          }
        }
      }
    }
    if isComplete || entry != nil {
      state.found = found
    } else if layout != nil, state.faults.isEmpty {
      state.faults.append("some of its groups cannot be read")
    }
  }
}
