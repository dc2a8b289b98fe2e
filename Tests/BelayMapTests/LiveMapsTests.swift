import BelayMemory
import CLiveMaps
import Testing

@testable import BelayMap

/// The table is one for the process, and other tests make maps meanwhile: each test looks at maps of a type of its own.
@Suite(.serialized)
struct LiveMapsTests {
  private struct OwnKey: Hashable { var number: Int32 }
  private struct OwnValue { var one: Int64, two: Int16 }

  private func own() -> [LiveMaps.Entry] { LiveMaps.all().filter { $0.type.contains("OwnKey") } }

  @Test func hasTheMapsThatLive() throws {
    LiveMaps.isOn = true
    defer { LiveMaps.isOn = false }
    var maps = (0..<200).map { _ in BucketMap<OwnKey, OwnValue>() }
    #expect(own().count == 200)
    #expect(Set(own().map(\.header)) == Set(maps.map { UInt(bitPattern: $0.header) }))
    maps.removeFirst(150)
    #expect(own().count == 50)
    #expect(Set(own().map(\.header)) == Set(maps.map { UInt(bitPattern: $0.header) }))
    maps.append(BucketMap())
    let ids = own().map(\.id)
    #expect(ids == ids.sorted())
    #expect(Set(ids).count == 51)
    maps = []
    #expect(own().isEmpty)
  }

  @Test func leavesMapsOutWhenItIsOff() {
    LiveMaps.isOn = false
    let map = BucketMap<OwnKey, OwnValue>()
    #expect(own().isEmpty)
    // A map that was left out is not taken out either.
    LiveMaps.isOn = true
    defer { LiveMaps.isOn = false }
    #expect(map.isEmpty)
    #expect(own().isEmpty)
  }

  /// Reads the table as somebody outside would: by the C declarations and the text alone.
  @Test func canBeReadByItsTextAlone() throws {
    LiveMaps.isOn = true
    defer { LiveMaps.isOn = false }
    let map = BucketMap<OwnKey, OwnValue>()
    for number in 0..<1000 { map[OwnKey(number: Int32(number))] = OwnValue(one: Int64(number) * 3, two: -1) }
    while map.layout.growth != .none { map[OwnKey(number: 0)] = OwnValue(one: 0, two: -1) }
    let id = try #require(own().first?.id)
    let table = UnsafeBufferPointer(
      start: belay_live_maps_table().pointee.records, count: Int(belay_live_maps_table().pointee.capacity))
    let record = try #require(table.first { $0.id == id })
    #expect(String(cString: record.type) == "BucketMap<OwnKey, OwnValue>")
    var fields: [Substring: [Int]] = [:]
    for pair in String(cString: record.layout).split(separator: " ") {
      let parts = pair.split(separator: "=")
      fields[parts[0]] = parts[1].split(separator: ":").map { Int($0) ?? -1 }
    }
    let header = try #require(UnsafeRawPointer(bitPattern: UInt(record.header)))
    func word(_ name: Substring) -> Int { header.load(fromByteOffset: fields[name]?[0] ?? -1, as: Int.self) }
    #expect(word("count") == 1000)
    let buckets = 1 << Int(header.load(fromByteOffset: fields["B"]?[0] ?? -1, as: UInt8.self))
    #expect(buckets == map.layout.buckets.bucketCount)
    let rows = try #require(UnsafeRawPointer(bitPattern: word("buckets.rows")))
    let slots = try #require(UnsafeRawPointer(bitPattern: word("buckets.slots")))
    var found: [Int32: Int64] = [:]
    for bucket in 0..<buckets {
      for slot in 0..<(fields["slots"]?[0] ?? 0)
      where rows.load(fromByteOffset: bucket * (fields["row"]?[0] ?? 0) + slot, as: UInt8.self) >= Tag.least {
        let entry = slots + bucket * (fields["bucket"]?[0] ?? 0) + slot * (fields["slot"]?[0] ?? 0)
        found[entry.load(as: Int32.self)] = entry.load(fromByteOffset: fields["value"]?[0] ?? -1, as: Int64.self)
      }
    }
    // The rest lies in overflow buckets.
    #expect(found.count > 900)
    for (key, value) in found where key != 0 { #expect(value == Int64(key) * 3) }
    #expect(belay_live_maps_table().pointee.version == 1)
    #expect(belay_live_maps_table().pointee.change % 2 == 0)
  }

  @Test func readsItsSettings() {
    #expect(TraceSettings("maps=1").keepsLiveMaps)
    #expect(!TraceSettings("maps=0,reclaim=1").keepsLiveMaps)
    #expect(TraceSettings("maps=0,reclaim=1").tracesReclaim)
    #expect(TraceSettings("maps=2,,nonsense").unknown == ["maps=2", "nonsense"])
    #expect(TraceSettings("") == TraceSettings("maps=0"))
  }
}
