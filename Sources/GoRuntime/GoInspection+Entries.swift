import ProcessImage

extension GoInspection {
  /// An entry of a map, as text.
  public struct EntryText: Sendable {
    /// The key.
    public let key: String
    /// The element.
    public let element: String
  }

  /// The first entries of a map, in the order of its buckets.
  public func entries(of map: GoMap, limit: Int) -> [EntryText] {
    guard limit > 0, map.type.isKnown, let layout = reader.layout(of: map.type) else { return [] }
    let type = types[map.type]
    var result: [EntryText] = []
    _ = reader.read(map.address, map.type) { entry in
      result.append(
        EntryText(
          key: self.text(of: type.key, storedAs: layout.storedKey, at: entry.key),
          element: self.text(of: type.element, storedAs: layout.storedElement, at: entry.element)))
      return result.count < limit
    }
    return result
  }

  /// A key or an element as text.
  private func text(of type: TypeID, storedAs stored: TypeID, at address: UInt64) -> String {
    // One above 128 bytes stands behind a pointer.
    let isBehindPointer = types[stored].kind == .pointer && type != stored && types[type].size > 128
    let place = isBehindPointer ? heap.pointer(address) ?? 0 : address
    return ValueFormatter(types: types, heap: heap).text(type.isKnown ? type : stored, at: place)
  }

  /// The key of the entry that a word stands in, as text; nil if the type of the map is not known.
  public func keyText(of word: ForeignWord, in map: GoMap) -> String? {
    guard map.type.isKnown, let layout = reader.layout(of: map.type) else { return nil }
    return text(of: types[map.type].key, storedAs: layout.storedKey, at: word.entry)
  }

  /// The members of a map's header with their values.
  public func header(of map: GoMap) -> [(name: String, offset: Int, value: UInt64)] {
    guard let bytes = heap.read(map.address, headerSize) else { return [] }
    return headerMembers.filter { $0.size <= 8 && $0.size > 0 && $0.offset + $0.size <= bytes.count }.map { member in
      var value: UInt64 = 0
      for index in 0..<member.size { value |= UInt64(bytes[member.offset + index]) << UInt64(index * 8) }
      return (member.name, member.offset, value)
    }
  }

  /// What a map's header and buckets say, with the places of its buckets.
  public func detailedState(of map: GoMap) -> MapState {
    reader.keepsRanges = true
    defer { reader.keepsRanges = false }
    return state(of: map)
  }

  /// How full a map's buckets or groups are.
  public struct BucketFill: Sendable {
    /// The first buckets or groups, in the order of their addresses in each of the map's arrays: how many entries each holds itself, and how many its
    /// overflow buckets hold.
    public var buckets: [(entries: Int, overflow: Int)] = []
    /// How many there are.
    public var total = 0
  }

  /// How full the first buckets or groups of a map are.
  public func bucketFill(of map: GoMap, limit: Int) -> BucketFill {
    var fill = BucketFill()
    guard map.type.isKnown, let layout = reader.layout(of: map.type) else { return fill }
    let ranges = detailedState(of: map).ranges
    // For each range the number of its first bucket.
    var starts: [Int] = []
    for range in ranges {
      starts.append(fill.total)
      fill.total += Int(range.count / layout.size)
    }
    fill.buckets = Array(repeating: (0, 0), count: min(limit, fill.total))
    var current = 0
    var last = 0
    _ = reader.read(map.address, map.type) { entry in
      // Entries come in the order of the ranges; one in none of them stands in an overflow bucket of the bucket before.
      let range = ranges.indices[current...].first {
        entry.key >= ranges[$0].start && entry.key - ranges[$0].start < ranges[$0].count
      }
      if let range {
        current = range
        last = starts[range] + Int((entry.key - ranges[range].start) / layout.size)
        if last < limit { fill.buckets[last].entries += 1 }
      } else if last < fill.buckets.count {
        fill.buckets[last].overflow += 1
      }
      return last < limit
    }
    return fill
  }

  /// A word of an entry that is a pointer by its type, and does not lead into memory of Go.
  public struct ForeignWord: Sendable {
    /// The word.
    public let value: UInt64
    /// Whether it stands in the key and not in the element.
    public let isKey: Bool
    /// Where it stands.
    public let address: UInt64
    /// Where the key of its entry stands.
    public let entry: UInt64
  }

  /// Calls `body` for each pointer in a map's keys and elements that leads outside of Go's memory. Pointers within what keys and elements point to
  /// are not followed.
  ///
  /// - Parameter includingNumbers: Whether whole numbers of a pointer's size (`uintptr`, `uint64`, `int`) count too.
  public func forEachForeignWord(in map: GoMap, includingNumbers: Bool = false, _ body: (ForeignWord) -> Void) {
    guard map.type.isKnown, let layout = reader.layout(of: map.type) else { return }
    let keySlots = addressSlots(layout.storedKey, includingNumbers)
    let elementSlots = addressSlots(layout.storedElement, includingNumbers)
    guard !keySlots.isEmpty || !elementSlots.isEmpty else { return }
    // The reader keeps the closure no longer than its call.
    withoutActuallyEscaping(body) { body in
      _ = reader.read(map.address, map.type) { entry in
        for (slots, start, isKey) in [(keySlots, entry.key, true), (elementSlots, entry.element, false)] {
          for offset in slots {
            guard let value = self.heap.pointer(start &+ offset), value != 0, !self.isGoMemory(value) else { continue }
            body(ForeignWord(value: value, isKey: isKey, address: start &+ offset, entry: entry.key))
          }
        }
        return true
      }
    }
  }

  /// Where a type has pointers of Go's pointer kinds, or numbers that can be addresses. Strings, functions and slices never lead into C's memory unless unsafe code made them.
  private func addressSlots(_ type: TypeID, _ includingNumbers: Bool) -> [UInt64] {
    let key = AddressSlotsKey(type: type, includesNumbers: includingNumbers)
    if let known = slotCache[key] { return known }
    var found: [UInt64] = []
    collectAddressSlots(type, includingNumbers, 0, &found, 0)
    slotCache[key] = found
    return found
  }

  struct AddressSlotsKey: Hashable {
    let type: TypeID
    let includesNumbers: Bool
  }

  private func collectAddressSlots(
    _ id: TypeID, _ includingNumbers: Bool, _ offset: UInt64, _ found: inout [UInt64], _ depth: Int
  ) {
    guard depth < 16, found.count < 256 else { return }
    let type = types[id]
    switch type.kind {
    case .pointer, .unsafePointer: found.append(offset)
    case .uintptr, .uint, .int, .uint64, .int64: if includingNumbers { found.append(offset) }
    case .structure:
      for field in type.fields {
        collectAddressSlots(field.type, includingNumbers, offset &+ field.offset, &found, depth + 1)
      }
    case .array where type.length <= 64:
      for index in 0..<type.length {
        collectAddressSlots(
          type.element, includingNumbers, offset &+ index &* types[type.element].size, &found, depth + 1)
      }
    default: break
    }
  }

  /// Whether an address belongs to Go: to its heap, to the data and code of its modules, or to a mapping in which its heap stands.
  func isGoMemory(_ address: UInt64) -> Bool {
    if heap.span(at: address) != 0 { return true }
    for module in modules {
      for range in [module.data, module.bss, module.text..<module.textEnd, module.types] where range.contains(address) {
        return true
      }
    }
    guard let mapping = image.mapping(at: address) else { return false }
    // Data of the program itself: constants, the data without pointers, C's variables.
    if mapping.path == image.executablePath { return true }
    return heapMappings.contains(mapping.start)
  }
}
