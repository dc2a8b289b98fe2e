import Foundation
import ProcessImage
import TestSupport
import Testing

@testable import BelayMap
@testable import Diagnosis

/// `BucketMap`s of this very process, read as somebody outside would read them.
@Suite(.serialized)
struct BlockHoldersTests {
  private struct Session { var address: UnsafeMutableRawPointer, number: Int32 }

  @Test func findsAddressesInKeysAndValues() throws {
    let blocks = (0..<20).map { _ in UnsafeMutableRawPointer.allocate(byteCount: 24, alignment: 8) }
    defer { blocks.forEach { $0.deallocate() } }
    let byAddress = BucketMap<UnsafeMutableRawPointer, Int32>()
    let byName = BucketMap<String, Session>()
    enter(byAddress)
    enter(byName)
    for (number, block) in blocks.enumerated() {
      byAddress[block] = Int32(number)
      // Inside of the block, not at its start.
      byName["\(number)"] = Session(address: block + 8, number: Int32(number))
    }
    let ranges = blocks.prefix(5).map { block in
      UInt64(UInt(bitPattern: block))..<UInt64(UInt(bitPattern: block)) + 24
    }
    let found = BlockHolders(try ProcessImage(pid: getpid()), blocks: Array(ranges))
    let holders = found.holders.filter { $0.type.contains("UnsafeMutableRawPointer") || $0.type.contains("Session") }
    #expect(holders.count == 2)
    for holder in holders {
      #expect(holder.entries == 5 && holder.count == 20 && holder.blocks == [0: 1, 1: 1, 2: 1, 3: 1, 4: 1])
      #expect(holder.role == (holder.type.contains("Session") ? .values : .keys))
    }
    withExtendedLifetime((byAddress, byName)) {}
  }

  /// Enters a map in the table without the switch, which is the whole process's.
  private func enter<Key, Value>(_ map: BucketMap<Key, Value>) {
    map.header.pointee.liveRecord = LiveMaps.enter(BucketMap<Key, Value>.self, header: map.header)
  }

  private struct Crowded: Hashable {
    var number: UInt64
    // Long chains, so that overflow buckets are read too.
    func hash(into hasher: inout Hasher) { hasher.combine(number % 8) }
  }

  /// Whatever a map is doing, each of its entries is seen once.
  @Test func seesEveryEntryInEveryStateOfGrowth() throws {
    var random = SeededRandom()
    print("seed \(random.seed)")
    let map = BucketMap<Crowded, UInt64>()
    enter(map)
    let image = try ProcessImage(pid: getpid())
    let live = try #require(LiveMapTable.read(image).first { $0.type.contains("Crowded") })
    var sawGrowth = false
    for step in 0..<600 {
      map[Crowded(number: 1 << 60 | UInt64(step))] = random.next()
      if step % 5 == 0 { map[Crowded(number: 1 << 60 | UInt64(step / 2))] = nil }
      sawGrowth = sawGrowth || map.layout.growth != .none
      guard step % 13 == 0 else { continue }
      var seen: [UInt64] = []
      let isWhole = live.forEachSlot(in: image) { _, slot in seen.append(slot.load(as: UInt64.self)) }
      #expect(isWhole)
      #expect(live.count(in: image) == map.count)
      #expect(seen.sorted() == map.keys.map(\.number).sorted())
    }
    #expect(sawGrowth)
  }

  @Test(arguments: [
    "", "count", "count=", "count=x", "count=-1:8", "count=0:8", "count=99999999999999999999", "=", "==", "a=1 b=2",
  ])
  func refusesLayoutsThatNoMapHas(_ text: String) {
    #expect(LiveMap.Layout(text) == nil)
  }

  @Test func readsNothingBeyondWhatIsThere() throws {
    let image = try ProcessImage(pid: getpid())
    let text =
      "count=0:8 slots=15 row=16 link=8 slot=16 bucket=240 overflow.slots=24 overflow.count=6 least=5 value=8:8 buckets.rows=8:8 "
      + "buckets.slots=16:8 buckets.mask=24:8 oldbuckets.rows=8:8 oldbuckets.slots=16:8 oldbuckets.mask=24:8"
    let layout = try #require(LiveMap.Layout(text))
    for hostile: [UInt64] in [[0, 0, 0, 0], [1, 1 << 46, 1 << 46, 1 << 39], [1, .max, .max, .max], [1, 8, 8, 16]] {
      hostile.withUnsafeBufferPointer { header in
        let map = LiveMap(header: UInt64(UInt(bitPattern: header.baseAddress)), type: "M", layout: layout)
        #expect(!map.forEachSlot(in: image) { _, _ in })
      }
    }
    #expect(!LiveMap(header: 0, type: "M", layout: layout).forEachSlot(in: image) { _, _ in })
  }

  @Test func blocksAreFoundByAnyOfTheirBytes() {
    let index = BlockIndex([100..<110, 20..<21, 300..<300, 0..<10])
    #expect(index.block(at: 0) == 3 && index.block(at: 9) == 3 && index.block(at: 10) == nil)
    #expect(index.block(at: 20) == 1 && index.block(at: 21) == nil)
    #expect(index.block(at: 105) == 0 && index.block(at: 300) == 2 && index.block(at: 301) == nil)
    #expect(BlockIndex([]).block(at: 0) == nil)
  }
}
