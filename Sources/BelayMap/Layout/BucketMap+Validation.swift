import CBucketRow

/// Something about a map that must not be.
public struct MapDefect: Error, Sendable, Equatable, CustomStringConvertible {
  /// What is wrong, and in which bucket.
  public let description: String
}

extension BucketMap where Value: ~Copyable {
  /// Looks at every bucket and every entry, and reports what contradicts the map's invariants: an entry in a bucket that its hash does not lead to (its key changed after it was
  /// inserted, or `==` and `hash(into:)` of its type disagree), two entries with equal keys, wrong counts and marks.
  ///
  /// - Returns: What is wrong; empty for a sound map.
  /// - Complexity: Linear in the number of buckets and entries.
  public func validate() -> [MapDefect] {
    var check = Validation<Key, Value>(map: self)
    check.run()
    return check.defects
  }

  /// Traps unless the map is sound.
  @_spi(Testing)
  public func checkInvariants(file: StaticString = #file, line: UInt = #line) {
    let defects = validate()
    precondition(defects.isEmpty, "\(defects.map(\.description).joined(separator: "; "))", file: file, line: line)
  }
}

/// One pass of `validate`.
private struct Validation<Key: Hashable, Value: ~Copyable> {
  let map: BucketMap<Key, Value>
  var defects: [MapDefect] = []
  var entries = 0
  var overflowBuckets = 0

  init(map: BucketMap<Key, Value>) { self.map = map }

  mutating func report(_ text: String) { defects.append(MapDefect(description: text)) }

  mutating func run() {
    let header = map.header.pointee
    let isGrowing = map.header.flags & MapFlags.growing != 0
    if isGrowing != (header.old.block != nil) { report("old buckets and the growth flag disagree") }
    if header.buckets.count != 1 << Int(header.logCount) {
      report("B is \(header.logCount) with \(header.buckets.count) buckets")
    }
    if isGrowing {
      for index in 0..<header.old.count {
        if index < header.evacuated { continue }
        if header.old.isEvacuated(index) {
          checkEvacuated(Bucket(index, of: header.old), index)
        } else {
          check(chain: Bucket(index, of: header.old), index, in: header.old, name: "old bucket")
        }
      }
    }
    for index in 0..<header.buckets.count {
      check(chain: Bucket(index, of: header.buckets), index, in: header.buckets, name: "bucket")
    }
    if entries != header.count { report("count is \(header.count) with \(entries) entries") }
    if overflowBuckets != header.overflowCount {
      report("the overflow count is \(header.overflowCount) with \(overflowBuckets) overflow buckets")
    }
  }

  mutating func checkEvacuated(_ bucket: Bucket<Key, Value>, _ index: Int) {
    if bucket.next != nil { report("evacuated bucket \(index) has an overflow bucket") }
    for lane in 0..<SlotLayout<Key, Value>.slotsPerBucket
    where !(Tag.evacuatedLow...Tag.evacuatedEmpty).contains(bucket[lane]) {
      report("slot \(lane) of evacuated bucket \(index) is marked \(bucket[lane])")
    }
  }

  mutating func check(chain first: Bucket<Key, Value>, _ index: Int, in array: BucketArray, name: String) {
    var bucket = first
    var isRest = false
    var isOverflow = false
    while true {
      let slots = isOverflow ? SlotLayout<Key, Value>.overflowSlots : SlotLayout<Key, Value>.slotsPerBucket
      for lane in slots..<SlotLayout<Key, Value>.slotsPerBucket where bucket[lane] != Tag.evacuatedEmpty {
        report("\(name) \(index) (overflow): lane \(lane), which has no slot, is marked \(bucket[lane])")
      }
      for lane in 0..<slots {
        let tag = bucket[lane]
        // Only where something is wrong is there text to make.
        var place: String { "\(name) \(index)\(isOverflow ? " (overflow)" : "") slot \(lane)" }
        if isRest, tag != Tag.emptyRest { report("\(place): marked \(tag) behind the end") }
        switch tag {
        case Tag.emptyRest: isRest = true
        case Tag.emptyOne: break
        case Tag.evacuatedLow...Tag.evacuatedEmpty: report("\(place): marked as evacuated")
        default: checkEntry(bucket.slot(lane), tag, first, index, in: array, isOverflow: isOverflow) { place }
        }
      }
      guard let next = bucket.next else { break }
      bucket = Bucket(overflow: next)
      isOverflow = true
      overflowBuckets += 1
    }
  }

  mutating func checkEntry(
    _ slot: UnsafeMutableRawPointer, _ tag: UInt8, _ first: Bucket<Key, Value>, _ index: Int, in array: BucketArray,
    isOverflow: Bool, _ place: () -> String
  ) {
    entries += 1
    let key = BucketMap<Key, Value>.key(slot)
    guard KeyHash.equalsItself(key.pointee) else { return }
    let hash = map.hash(key.pointee)
    if array.index(of: hash) != index {
      report("\(place()): its key's hash belongs to bucket \(array.index(of: hash))")
    }
    if Tag.of(hash) != tag { report("\(place()): marked \(tag), its key's hash says \(Tag.of(hash))") }
    if isOverflow, !first.mayOverflow(hash) { report("\(place()): missing in the overflow filter") }
    if map.find(key.pointee) != slot { report("\(place()): its key leads to another entry") }
  }
}
