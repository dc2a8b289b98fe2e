import GoRuntime
import ProcessImage

/// The maps that hold addresses outside of Go's memory, and what the addresses lead to.
public struct ForeignPointers {
  /// An address in a map, and what it leads to.
  public struct Finding: Sendable {
    /// The address.
    public let value: UInt64
    /// Whether it stands in a key.
    public let isKey: Bool
    /// What it leads to.
    public let target: ForeignTarget
  }

  /// A map with such addresses.
  public struct MapFindings: Sendable {
    /// The map.
    public let map: GoMap
    /// How many addresses lead to each kind of target.
    public var counts: [String: Int] = [:]
    /// How many addresses lead to freed or unmapped memory.
    public var faults = 0
    /// The first addresses: faults before others.
    public var examples: [Finding] = []
  }

  /// The maps, those with most faults first.
  public private(set) var maps: [MapFindings] = []
  /// What could not be told.
  public private(set) var limitations: [String] = []
  /// How many addresses lead to freed or unmapped memory, in all maps that are not garbage.
  public var faults: Int { maps.filter { $0.map.reachability != .garbage }.reduce(0) { $0 + $1.faults } }

  private static let exampleLimit = 10

  /// Looks at all maps.
  public init(_ go: GoInspection) {
    var heap: GlibcHeap?
    var memo: [UInt64: ForeignTarget] = [:]
    for map in go.maps {
      var findings = MapFindings(map: map)
      go.forEachForeignWord(in: map) { word in
        let target: ForeignTarget
        if let known = memo[word.value] {
          target = known
        } else {
          if heap == nil { heap = GlibcHeap(go.image) }
          target = ForeignPointers.classify(word.value, go, heap)
          memo[word.value] = target
        }
        findings.counts[target.kind, default: 0] += 1
        if target.isFault { findings.faults += 1 }
        if target.isFault || findings.examples.count < ForeignPointers.exampleLimit {
          findings.examples.append(Finding(value: word.value, isKey: word.isKey, target: target))
        }
      }
      guard !findings.counts.isEmpty else { continue }
      // Faults come first; of the others only the first few are kept.
      let faults = findings.examples.filter(\.target.isFault)
      findings.examples = faults + findings.examples.filter { !$0.target.isFault }.prefix(ForeignPointers.exampleLimit)
      maps.append(findings)
    }
    maps.sort { ($0.faults, $1.map.address) > ($1.faults, $0.map.address) }
    limitations = heap?.limitations ?? []
    if go.image.isLive, go.stopped == nil {
      limitations.append("the process went on while it was read: C may have freed or allocated memory meanwhile")
    }
    limitations.append("a block that was freed and given out again counts as in use: one look cannot tell")
  }

  private static func classify(_ address: UInt64, _ go: GoInspection, _ heap: GlibcHeap?) -> ForeignTarget {
    // No program maps the first 64 KiB, and user space ends at 2^47 (2^48 on arm64): such words are handles or counters.
    if address < 1 << 16 || address >= 1 << 48 { return .number }
    guard let mapping = go.image.mapping(at: address), mapping.isReadable else {
      // C's blocks are even; an odd word that leads nowhere is a handle that was made so.
      return address & 1 == 0 ? .unmapped : .number
    }
    if let target = heap?.target(address) { return target }
    if mapping.isFile { return .file(mapping.path) }
    if mapping.path == "[stack]"
      || go.image.threads.contains(where: { mapping.start <= $0.stackPointer && $0.stackPointer < mapping.end })
    {
      return .stack
    }
    // A block with a mapping of its own says so in front of it.
    if let size = go.image.pointer(address & ~15 &- 8), size & 7 == 2, size & ~7 >= 1 << 16, size % 4096 == 2,
      (address & ~15 &- 16) % 4096 == 0, size & ~7 <= mapping.end - (address & ~15 - 16)
    {
      return .block(size: size & ~7 - 16)
    }
    return .anonymous
  }
}
