/// Counts the entries of one map that hold addresses of blocks.
struct HolderCount {
  private(set) var entries = 0
  private(set) var blocks: [Int: Int] = [:]
  private var inKeys = false
  private var inValues = false
  private var lastEntry: UInt64?

  /// An entry, by the address where it stands, holds an address of a block.
  ///
  /// - Returns: Whether it is the first of the map.
  mutating func add(block: Int, entry: UInt64, isKey: Bool) -> Bool {
    blocks[block, default: 0] += 1
    if isKey { inKeys = true } else { inValues = true }
    // The words of an entry come one after the other.
    guard lastEntry != entry else { return false }
    lastEntry = entry
    entries += 1
    return entries == 1
  }

  var role: MapHolder.Role { inKeys && inValues ? .both : inKeys ? .keys : .values }
}
