@_spi(Testing) import BelayMap
import BelayMemory
import Testing

/// The pages of the next array are touched before the growth, by somebody else.
@Suite struct PreparationTests {
  /// What an array of this many buckets with slots of 16 bytes takes.
  private static func arrayBytes(_ buckets: Int) -> Int { buckets * 264 }

  private static func filled(_ allocator: PreparingAllocator, _ count: Int) -> BucketMap<Int, Int> {
    let map = BucketMap<Int, Int>(allocator: allocator)
    for key in 0..<count { map[key] = key }
    return map
  }

  private static func expectEntries(_ map: BucketMap<Int, Int>, _ count: Int) {
    #expect(map.count == count && map.validate().isEmpty)
    for key in 0..<count where map[key] != key { Issue.record("\(key) is lost") }
    #expect(map.reduce(0) { sum, _ in sum + 1 } == count)
  }

  /// The map asks at its threshold, and grows once the pages are there.
  @Test func growsWhenThePagesAreThere() throws {
    let allocator = PreparingAllocator(leastBytes: Self.arrayBytes(2048))
    do {
      let full = 13 * 1024
      let map = Self.filled(allocator, full)
      #expect(allocator.preparations.isEmpty)
      map.settle()
      map[full] = full
      let preparation = try #require(allocator.preparations.first)
      for key in full + 1..<full + 200 { map[key] = key }
      #expect(map.bucketCount == 1024 && map.growthState == .none && allocator.preparations.count == 1)
      Self.expectEntries(map, full + 200)
      while preparation.touchSlice() {}
      #expect(preparation.isDone)
      var key = full + 200
      while map.growthState == .none {
        map[key] = key
        key += 1
      }
      #expect(key <= full + 300 && map.bucketCount == 2048)
      Self.expectEntries(map, key)
      map.settle()
      Self.expectEntries(map, key)
      #expect(allocator.preparations.count == 1)
    }
    #expect(allocator.liveBytes == 0)
  }

  /// Without the pages it grows a sixteenth later, and entries stay what they are while pages are touched below them.
  @Test func growsInTheEndWithoutThePages() throws {
    let allocator = PreparingAllocator(leastBytes: Self.arrayBytes(2048))
    do {
      let full = 13 * 1024
      let last = full + full / 16
      let map = Self.filled(allocator, last)
      #expect(map.bucketCount == 1024)
      for key in last..<last + 100 { map[key] = key }
      #expect(map.bucketCount == 2048 && map.growthState != .none)
      let preparation = try #require(allocator.preparations.first)
      for _ in 0..<40 { _ = preparation.touchSlice() }
      Self.expectEntries(map, last + 100)
      map.settle()
      // From here on nobody touches it any more.
      #expect(preparation.isDone && !preparation.touchSlice())
      Self.expectEntries(map, last + 100)
    }
    #expect(allocator.liveBytes == 0)
  }

  /// Whatever else happens to the map, the array goes back once.
  @Test(arguments: 0..<7)
  func goesBackUnused(ending: Int) {
    let allocator = PreparingAllocator(leastBytes: Self.arrayBytes(2048))
    do {
      let count = 13 * 1024 + 10
      let map = Self.filled(allocator, count)
      #expect(allocator.preparations.count == 1 && map.bucketCount == 1024)
      switch ending {
      case 0: break
      case 1: map.removeAll()
      case 2: map.removeAll(keepingCapacity: true)
      case 3: map.reserveCapacity(100_000)
      case 4: map.beginRebuild()
      case 5: map.beginHalving()
      default: for key in 0..<count { map[key] = nil }
      }
      let isDone = allocator.preparations[0].isDone
      if ending > 0 { #expect(isDone) }
      #expect(map.validate().isEmpty)
      if (3...5).contains(ending) { Self.expectEntries(map, count) }
    }
    #expect(allocator.liveBytes == 0)
  }

  /// The system's allocator prepares large blocks in the background; it does not matter who touches which slice.
  @Test func systemPreparesLargeBlocks() throws {
    #expect(SystemAllocator(sweeper: Sweeper()).prepare(byteCount: 8 << 20, alignment: 64) == nil)
    let allocator = SystemAllocator(sweeper: Sweeper(), usesHugePages: true)
    #expect(allocator.prepare(byteCount: 1 << 20, alignment: 64) == nil)
    #if os(Linux)
      let preparation = try #require(allocator.prepare(byteCount: (8 << 20) + 5000, alignment: 64))
      while preparation.touchSlice() {}
      #expect(preparation.isDone)
      let bytes = UnsafeRawBufferPointer(start: preparation.block.base, count: preparation.block.byteCount)
      for place in stride(from: 0, to: bytes.count, by: 4096) where bytes[place] != 0 { Issue.record("byte \(place)") }
      preparation.stop()
      allocator.deallocate(preparation.block)
    #endif
    let still = SystemAllocator(sweeper: Sweeper(mode: .onWrites), usesHugePages: true)
    #expect(still.prepare(byteCount: 8 << 20, alignment: 64) == nil)
  }
}
