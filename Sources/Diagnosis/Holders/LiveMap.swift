import ProcessImage

/// A `BucketMap` of another process, which its own layout text says how to read.
struct LiveMap {
  /// Where everything lies in a map of one type.
  struct Layout {
    /// Where the fields of the header are.
    let count: Int
    /// Where the header has the rows and the slots of an array, and the bits of a hash that choose a row.
    let arrays: [(rows: Int, slots: Int, mask: Int)]
    /// How a bucket is made.
    let slotsPerBucket, rowBytes, linkBytes, slotBytes, bucketBytes, overflowSlots, overflowCount, leastTag: Int
    /// Where in a slot the value begins.
    let valueOffset: Int

    /// Reads a layout text; nil for one that is not understood, or that no map can have.
    init?(_ text: String) {
      var fields: [Substring: Int] = [:]
      for pair in text.split(separator: " ") {
        let parts = pair.split(separator: "=")
        guard parts.count == 2, let number = parts[1].split(separator: ":").first.flatMap({ Int($0) }), number >= 0,
          number < 1 << 20
        else { return nil }
        fields[parts[0]] = number
      }
      let names = [
        "count", "slots", "row", "link", "slot", "bucket", "overflow.slots", "overflow.count", "least", "value",
        "buckets.rows",
        "buckets.slots", "buckets.mask", "oldbuckets.rows", "oldbuckets.slots", "oldbuckets.mask",
      ]
      let found = names.compactMap { fields[$0[...]] }
      guard found.count == names.count else { return nil }
      count = found[0]
      (slotsPerBucket, rowBytes, linkBytes, slotBytes) = (found[1], found[2], found[3], found[4])
      (bucketBytes, overflowSlots, overflowCount) = (found[5], found[6], found[7])
      (leastTag, valueOffset) = (found[8], found[9])
      arrays = [(found[10], found[11], found[12]), (found[13], found[14], found[15])]
      guard (1...64).contains(rowBytes), slotsPerBucket <= rowBytes, linkBytes == 8, slotBytes > 0,
        slotsPerBucket * slotBytes <= bucketBytes, overflowCount <= slotsPerBucket, leastTag > Layout.lastEvacuatedMark
      else { return nil }
    }

    /// The marks of rows, as `belay_live_maps.h` has them: empty to the end of the chain; moved on, from the first to the last.
    static let emptyRest = 0, firstEvacuatedMark = 2, lastEvacuatedMark = 4
  }

  /// Where its header stands.
  let header: UInt64
  /// Its type, as Swift writes it.
  let type: String
  let layout: Layout

  /// The number of entries; nil if it cannot be read.
  func count(in image: ProcessImage) -> Int? {
    image.pointer(header &+ UInt64(layout.count)).flatMap { Int(exactly: $0) }
  }

  /// Calls `body` with the address and the bytes of each slot that is in use, of the buckets and of those that the map is moving out of.
  ///
  /// - Returns: Whether all of them could be read.
  func forEachSlot(in image: ProcessImage, _ body: (UInt64, UnsafeRawBufferPointer) -> Void) -> Bool {
    var isWhole = true
    for array in layout.arrays {
      guard let rows = image.pointer(header &+ UInt64(array.rows)),
        let slots = image.pointer(header &+ UInt64(array.slots)),
        let mask = image.pointer(header &+ UInt64(array.mask)), mask < 1 << 40
      else {
        isWhole = false
        continue
      }
      let buckets = Int(mask) / layout.rowBytes + 1
      // In pieces, so that a large map needs no memory of its size.
      for first in stride(from: 0, to: buckets, by: 1024) {
        let range = first..<min(first + 1024, buckets)
        guard let isRangeWhole = visit(range, of: buckets, rows, slots, image, body) else {
          // Rows lie side by side: where some are not there, the number of them is wrong.
          isWhole = false
          break
        }
        if !isRangeWhole { isWhole = false }
      }
    }
    return isWhole
  }

  /// Some buckets of an array, with their chains; nil if their rows cannot be read.
  private func visit(
    _ range: Range<Int>, of buckets: Int, _ rows: UInt64, _ slots: UInt64, _ image: ProcessImage,
    _ body: (UInt64, UnsafeRawBufferPointer) -> Void
  ) -> Bool? {
    let links = rows &+ UInt64(buckets * layout.rowBytes)
    guard let row = image.bytes(rows &+ UInt64(range.lowerBound * layout.rowBytes), range.count * layout.rowBytes),
      let link = image.bytes(links &+ UInt64(range.lowerBound * layout.linkBytes), range.count * layout.linkBytes)
    else { return nil }
    var isWhole = true
    for bucket in range {
      let place = bucket - range.lowerBound
      let tags = row[place * layout.rowBytes..<(place + 1) * layout.rowBytes]
      // Empty to the end of the chain, or moved on: what the link says then is old.
      let mark = Int(tags[tags.startIndex])
      if mark == Layout.emptyRest || (Layout.firstEvacuatedMark...Layout.lastEvacuatedMark).contains(mark) { continue }
      if !visit(tags.prefix(layout.slotsPerBucket), at: slots &+ UInt64(bucket * layout.bucketBytes), image, body) {
        isWhole = false
      }
      var next = link.withUnsafeBytes {
        $0.loadUnaligned(fromByteOffset: place * layout.linkBytes, as: UInt64.self)
      }
      // A chain is short; what is longer was read while it changed.
      var steps = 0
      while next != 0 {
        steps += 1
        guard steps < 10_000, let tags = image.bytes(next, layout.rowBytes),
          visit(tags.prefix(layout.overflowCount), at: next &+ UInt64(layout.overflowSlots), image, body),
          let after = image.pointer(next &+ UInt64(layout.rowBytes))
        else {
          isWhole = false
          break
        }
        next = after
      }
    }
    return isWhole
  }

  /// The slots of one bucket.
  private func visit(
    _ tags: ArraySlice<UInt8>, at slots: UInt64, _ image: ProcessImage, _ body: (UInt64, UnsafeRawBufferPointer) -> Void
  ) -> Bool {
    guard tags.contains(where: { $0 >= layout.leastTag }) else { return true }
    guard let bytes = image.bytes(slots, tags.count * layout.slotBytes) else { return false }
    bytes.withUnsafeBytes { bytes in
      for (lane, tag) in tags.enumerated() where tag >= layout.leastTag {
        let start = lane * layout.slotBytes
        body(slots &+ UInt64(start), UnsafeRawBufferPointer(rebasing: bytes[start..<start + layout.slotBytes]))
      }
    }
    return true
  }
}
