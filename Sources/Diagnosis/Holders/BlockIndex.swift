/// Blocks of memory by address.
struct BlockIndex {
  private let order: [Int]
  private let starts: [UInt64]
  private let ends: [UInt64]

  /// - Parameter blocks: Blocks that do not overlap, in any order. One that is empty counts as a byte long, so that its address can be held too.
  init(_ blocks: [Range<UInt64>]) {
    order = blocks.indices.sorted { blocks[$0].lowerBound < blocks[$1].lowerBound }
    starts = order.map { blocks[$0].lowerBound }
    ends = order.map { max(blocks[$0].upperBound, blocks[$0].lowerBound &+ 1) }
  }

  /// The place in the question of the block that holds an address.
  ///
  /// - Complexity: O(log n).
  func block(at address: UInt64) -> Int? {
    guard let first = starts.first, let last = ends.last, address >= first, address < last else { return nil }
    var low = 0
    var high = starts.count
    while low < high {
      let middle = (low + high) / 2
      if ends[middle] <= address { low = middle + 1 } else { high = middle }
    }
    return low < starts.count && starts[low] <= address ? order[low] : nil
  }
}
