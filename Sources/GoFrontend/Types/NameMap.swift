/// A dictionary from names to objects: open addressing with one multiplication for a hash, since scopes are asked several times for each identifier of a program.
struct NameMap: Sendable {
  /// Keys and values by slot; a key of 0 is a free slot, because no declared name has that number.
  private var keys: [Int32] = []
  private var values: [Int32] = []
  private(set) var count = 0
  private var shift: UInt64 = 64

  var isEmpty: Bool { count == 0 }

  /// The slot of a name, or the free one where it would be. There always is a free one.
  @inline(__always)
  private func slot(_ name: Name) -> Int {
    let mask = keys.count - 1
    var slot = Int(truncatingIfNeeded: (UInt64(UInt32(bitPattern: name.rawValue)) &* 0x9e37_79b9_7f4a_7c15) >> shift)
    while keys[slot] != 0 && keys[slot] != name.rawValue { slot = (slot + 1) & mask }
    return slot
  }

  /// The object of a name; a name without an object is one that nothing was set for, or `ObjectID.none`.
  subscript(name: Name) -> ObjectID? {
    get {
      if count == 0 || name.rawValue == 0 { return nil }
      let value = values[slot(name)]
      return value == 0 ? nil : ObjectID(value)
    }
    set {
      // A name that did not parse declares nothing.
      if name.rawValue == 0 { return }
      if (count + 1) * 2 > keys.count { grow() }
      let slot = slot(name)
      if keys[slot] == 0 {
        if newValue == nil { return }
        keys[slot] = name.rawValue
        count += 1
      }
      // The key stays where the object goes, so that no chain of slots is cut.
      values[slot] = newValue?.rawValue ?? 0
    }
  }

  /// The objects, in no particular order.
  var objects: [ObjectID] { values.lazy.filter { $0 != 0 }.map { ObjectID($0) } }

  private mutating func grow() {
    let (oldKeys, oldValues) = (keys, values)
    let capacity = max(16, keys.count * 2)
    keys = [Int32](repeating: 0, count: capacity)
    values = keys
    shift = UInt64(64 - capacity.trailingZeroBitCount)
    count = 0
    for (key, value) in zip(oldKeys, oldValues) where key != 0 && value != 0 {
      let slot = slot(Name(key))
      keys[slot] = key
      values[slot] = value
      count += 1
    }
  }
}
