import GoRuntime
import ProcessImage

/// The maps of a process that hold addresses of given blocks: maps of Go, and `BucketMap`s that are entered in the table of live maps.
public struct BlockHolders: Sendable {
  /// The maps that something keeps alive, those with most such entries first.
  public private(set) var holders: [MapHolder] = []
  /// What could not be looked at, and why.
  public private(set) var limitations: [String] = []

  /// Looks at all maps.
  ///
  /// - Parameter blocks: Blocks that do not overlap. A word anywhere in a key or a value that leads into one of them counts, also a number (`uintptr`, `UInt`).
  /// - Complexity: Linear in the process's Go heap, and in the entries of all maps.
  public init(_ image: ProcessImage, blocks: [Range<UInt64>]) {
    let index = BlockIndex(blocks)
    if GoInspection.isGo(image) {
      do {
        findInGo(try GoInspection(image), index)
      } catch {
        limitations.append("the maps of Go are not known: \(error)")
      }
    }
    findInSwift(image, index)
    holders.sort { ($0.entries, $1.address) > ($1.entries, $0.address) }
  }

  private mutating func findInGo(_ go: GoInspection, _ index: BlockIndex) {
    limitations += go.limitations
    // Garbage is looked up by nobody.
    for map in go.maps where map.reachability != .garbage {
      var count = HolderCount()
      var key: String?
      go.forEachForeignWord(in: map, includingNumbers: true) { word in
        guard let block = index.block(at: word.value) else { return }
        if count.add(block: block, entry: word.entry, isKey: word.isKey) { key = go.keyText(of: word, in: map) }
      }
      guard count.entries > 0 else { continue }
      holders.append(
        MapHolder(
          type: go.typeName(of: map), address: map.address, path: go.path(to: map)?.text,
          count: go.state(of: map).count, entries: count.entries, role: count.role, key: key, blocks: count.blocks))
    }
  }

  private mutating func findInSwift(_ image: ProcessImage, _ index: BlockIndex) {
    let maps = LiveMapTable.read(image)
    for map in maps {
      var count = HolderCount()
      let isWhole = map.forEachSlot(in: image) { address, slot in
        for offset in stride(from: 0, to: slot.count - 7, by: 8) {
          guard let block = index.block(at: slot.loadUnaligned(fromByteOffset: offset, as: UInt64.self)) else {
            continue
          }
          _ = count.add(block: block, entry: address, isKey: offset < map.layout.valueOffset)
        }
      }
      if !isWhole {
        limitations.append("\(map.type) at 0x\(String(map.header, radix: 16)) changed or could not be read wholly")
      }
      guard count.entries > 0 else { continue }
      holders.append(
        MapHolder(
          type: map.type, address: map.header, path: nil, count: map.count(in: image) ?? count.entries,
          entries: count.entries, role: count.role, key: nil, blocks: count.blocks))
    }
  }
}
