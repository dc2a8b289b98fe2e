extension BucketMap where Value: ~Copyable {
  /// Where everything lies in a map of this type, for readers outside of the process: `name=offset:size` for the fields of the header and of a slot, then numbers of bytes.
  static var layoutText: String {
    let arrays = [
      ("buckets.rows", MemoryLayout<MapHeader>.offset(of: \.buckets.rows)),
      ("buckets.slots", MemoryLayout<MapHeader>.offset(of: \.buckets.slots)),
      ("buckets.mask", MemoryLayout<MapHeader>.offset(of: \.buckets.rowMask)),
      ("oldbuckets.rows", MemoryLayout<MapHeader>.offset(of: \.old.rows)),
      ("oldbuckets.slots", MemoryLayout<MapHeader>.offset(of: \.old.slots)),
      ("oldbuckets.mask", MemoryLayout<MapHeader>.offset(of: \.old.rowMask)),
    ]
    let parts =
      MapHeader.fields.map { "\($0.name)=\($0.offset):\($0.size)" }
      + arrays.map { "\($0)=\($1 ?? -1):\(MemoryLayout<UnsafeMutableRawPointer>.size)" }
      + [
        "key=0:\(MemoryLayout<Key>.size)", "value=\(Layout.valueOffset):\(MemoryLayout<Value>.size)",
        "slots=\(Layout.slotsPerBucket)", "row=\(Layout.rowBytes)", "slot=\(Layout.stride)",
        "link=\(Layout.linkBytes)", "bucket=\(Layout.bucketBytes)", "least=\(Tag.least)",
        "overflow.slots=\(Layout.overflowSlotsOffset)", "overflow.count=\(Layout.overflowSlots)",
      ]
    return parts.joined(separator: " ")
  }
}
