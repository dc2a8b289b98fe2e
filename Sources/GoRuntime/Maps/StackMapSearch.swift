import ProcessImage

/// Finds maps whose header stands on a goroutine's stack: those that the compiler has seen not to outlive their function.
///
/// No type leads to such a header. Go's tables say for each call which words of a frame are pointers, not what they point to, and the debugging
/// information says for most variables of an optimised function only that they were there. So a header is told by its parts, which must agree with each other: the
/// number of entries with the control bytes of its only group, which stands on the same stack, or with tables on the heap. An empty map has too little to agree.
struct StackMapSearch {
  let search: MapSearch
  private var offsets: MapOffsets { search.offsets }

  /// Calls `body` for each header that the used part of a stack holds: its address, and its type if its buckets carry one.
  func run(_ stack: UnsafeRawBufferPointer, at start: UInt64, _ body: (UInt64, TypeID) -> Void) {
    let size = Int(offsets.headerSize)
    guard let seed = offsets.seed, size >= 48 else { return }
    for offset in stride(from: 0, through: stack.count - size, by: 8) {
      let header = UnsafeRawBufferPointer(rebasing: stack[offset..<(offset + size)])
      // Go draws the seed of each map.
      guard header.loadUnaligned(fromByteOffset: seed.offset, as: UInt32.self) != 0 else { continue }
      if offsets.isSwiss ? isSmallSwiss(header, stack, start) : isSmallClassic(header, stack, start) {
        body(start + UInt64(offset), .none)
      } else if let type = grown(header) {
        body(start + UInt64(offset), type)
      }
    }
  }

  private func word(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt64 {
    bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
  }

  /// The row of control bytes of a group or bucket on the same stack.
  private func row(at address: UInt64, _ stack: UnsafeRawBufferPointer, _ start: UInt64) -> UInt64? {
    guard address % 8 == 0, address >= start, address - start <= UInt64(stack.count - 8) else { return nil }
    return word(stack, Int(address - start))
  }

  private func isSmallSwiss(_ header: UnsafeRawBufferPointer, _ stack: UnsafeRawBufferPointer, _ start: UInt64) -> Bool
  {
    let used = word(header, offsets.used)
    guard (1...8).contains(used), word(header, offsets.directoryLength) == 0, header[offsets.globalDepth] == 0,
      header[offsets.writing] == 0, let row = row(at: word(header, offsets.directory), stack, start)
    else { return false }
    var full = 0
    for slot in 0..<8 {
      let control = (row >> UInt64(slot * 8)) & 0xff
      if control < 0x80 { full += 1 } else if control != 0x80, control != 0xfe { return false }
    }
    // A full group has no byte that only a group can have, but its bits are of hashes: an address or a number has zeros on top.
    return full == used && (full < 8 || row >> 48 != 0)
  }

  private func isSmallClassic(_ header: UnsafeRawBufferPointer, _ stack: UnsafeRawBufferPointer, _ start: UInt64)
    -> Bool
  {
    let count = word(header, offsets.count)
    guard (1...8).contains(count), header[offsets.flags] < 16, header[offsets.logarithm] == 0,
      word(header, offsets.oldBuckets) == 0, word(header, offsets.evacuated) == 0, word(header, offsets.extra) == 0,
      let row = row(at: word(header, offsets.buckets), stack, start)
    else { return false }
    var full = 0
    var isRest = false
    for slot in 0..<8 {
      let top = (row >> UInt64(slot * 8)) & 0xff
      if top >= 5 {
        if isRest { return false }
        full += 1
      } else if top == 0 {
        isRest = true
      } else if top != 1 || isRest {
        return false
      }
    }
    // As above: the top of an address is zero, which would mean that nothing follows, so only a full row is in doubt, and it has no zeros.
    return full == count
  }

  /// The type of a map that has grown onto the heap, or none where it is not known; nil if it is no map.
  private func grown(_ header: UnsafeRawBufferPointer) -> TypeID? {
    guard word(header, offsets.isSwiss ? offsets.used : offsets.count) > 8 else { return nil }
    return search.type(ofHeader: header)
  }
}
