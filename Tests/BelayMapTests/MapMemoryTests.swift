@_spi(Testing) import BelayMap
import BelayMemory
import Locks
import Testing

/// What a map takes, what it gives back, and what it does when there is nothing to take.
@Suite struct MapMemoryTests {
  /// Keys of one bucket each fill chains; when the map has rebuilt itself, what the chains lay in has gone back.
  @Test func overflowBucketsGoBack() {
    let allocator = SpanAllocator()
    let map = BucketMap<Int, Int>(allocator: allocator, hasher: BucketChoosingHasher())
    for key in 0..<64 { map[key] = key }
    map.settle()
    let before = map.statistics
    // A third of the buckets gets chains; fewer overflow buckets than would make the map rebuild itself.
    for key in 8..<200 { map[1 + key * 8] = key }
    map.settle()
    #expect(map.statistics.overflowPoolBytes > before.overflowPoolBytes && map.overflowBucketCount > 5)
    for key in Array(map.keys) where key >= 64 { map[key] = nil }
    map.checkInvariants()
    #expect(map.overflowBucketCount == 0)
    map.beginRebuild()
    #expect(map.statistics.retiredBytes > 0)
    map.settle()
    map.checkInvariants()
    #expect(map.statistics.overflowPoolBytes == 0 && map.statistics.retiredBytes == 0)
    for key in 0..<64 { #expect(map[key] == key) }
    #expect(allocator.report.liveBytes == map.statistics.liveBytes)
  }

  /// Each account counts what its maps have; together they are what the allocator has.
  @Test func memoryIsCountedByMap() {
    let allocator = SpanAllocator()
    let users = BucketMap<Int, Int>(allocator: allocator.account("users"))
    do {
      let hits = BucketMap<String, Int>(allocator: allocator.account("hits"))
      for key in 0..<5000 { users[key] = key }
      for key in 0..<300 { hits["\(key)"] = key }
      let report = allocator.report
      #expect(report.accounts.count == 2)
      #expect(report.accounts[0].name == "users" && report.accounts[1].name == "hits")
      #expect(report.accounts[0].liveBytes + report.accounts[1].liveBytes == report.liveBytes)
      #expect(report.accounts[0].allocations + report.accounts[1].allocations == report.allocations)
      users.settle()
      hits.settle()
      #expect(
        allocator.report.accounts[1].liveBytes
          == hits.layout.buckets.byteCount + hits.statistics.overflowPoolBytes)
      #expect("\(report)".contains("\nhits: \(report.accounts[1].liveBytes) bytes"))
      users.removeAll()
      #expect(allocator.report.accounts[0].liveBytes == 0 && allocator.report.accounts[0].blocks == 0)
    }
    #expect(allocator.report.accounts.count == 1 && allocator.report.accounts[0].name == "users")
    #expect(allocator.report.liveBytes == 0)
    withExtendedLifetime(users) {}
  }

  /// A map that doubles keeps the slabs of its overflow buckets, and cuts its next ones from them.
  @Test func slabsAreKeptByADoubling() {
    let allocator = SpanAllocator()
    do {
      let map = BucketMap<Int, Int>(allocator: allocator)
      for key in 0..<26_000 { map[key] = key }
      map.settle()
      let before = map.statistics
      #expect(before.overflowPoolBytes > 0 && before.overflowCount > 100)
      for key in 26_000..<30_000 { map[key] = key }
      map.settle()
      map.checkInvariants()
      #expect(map.bucketCount == before.bucketCount * 2 && map.statistics.retiredBytes == 0)
      #expect(map.statistics.overflowPoolBytes >= before.overflowPoolBytes)
      let requests = allocator.report.allocations
      for key in 30_000..<45_000 { map[key] = key }
      #expect(map.overflowBucketCount > 0 && allocator.report.allocations == requests)
      map.checkInvariants()
      for key in 0..<45_000 where map[key] != key { Issue.record("\(key) is lost") }
    }
    #expect(allocator.report.liveBytes == 0)
  }

  /// After a rebuild has evacuated all, each write gives one slab back; look-ups, iterations and clearing work meanwhile.
  @Test(arguments: [0, 1, 2])
  func slabsGoBackOneByOne(ending: Int) {
    let allocator = SpanAllocator()
    do {
      let map = BucketMap<Int, Int>(allocator: allocator, hasher: StandardHasher())
      // Nearly full, with chains.
      let key = 26_000
      for key in 0..<key { map[key] = key }
      map.settle()
      let buckets = map.bucketCount
      map.beginRebuild()
      while map.growthState != .sameSize(evacuated: buckets), map.growthState != .none { map[0] = 1 }
      #expect(map.growthState == .sameSize(evacuated: buckets))
      map.checkInvariants()
      #expect(map[key - 1] == key - 1 && map[key] == nil && map.reduce(0) { sum, _ in sum + 1 } == key)
      var writes = 0
      var retired = map.statistics.retiredBytes
      switch ending {
      case 0:
        while map.growthState != .none {
          map[1] = writes
          writes += 1
          let left = map.statistics.retiredBytes
          #expect(left < retired)
          retired = left
        }
        #expect(writes > 2)
        map.checkInvariants()
        #expect(
          allocator.report.liveBytes == map.statistics.liveBytes - map.overflowBucketCount * 128
            + map.statistics.overflowPoolBytes)
      case 1:
        map.removeAll()
        #expect(allocator.report.liveBytes == 0)
      default: break
      }
    }
    #expect(allocator.report.liveBytes == 0)
  }

  @Test func churnKeepsMemoryFlat() {
    let allocator = SpanAllocator()
    let map = BucketMap<Int, Int>(allocator: allocator)
    for key in 0..<5000 { map[key] = key }
    var most = 0
    for round in 0..<200_000 {
      map[round] = nil
      map[round + 5000] = round
      if round > 20_000, round % 1000 == 0 { most = max(most, allocator.report.liveBytes) }
    }
    map.checkInvariants()
    // Two arrays at most while it moves, and what chains need.
    #expect(most < 2 * 1024 * 264 + 300_000, "\(most)")
  }

  /// A map that stays small gives memory back; the flag keeps it.
  @Test func sparseMapsGiveMemoryBack() {
    let allocator = SpanAllocator()
    let map = BucketMap<Int, Int>(allocator: allocator)
    let other = BucketMap<Int, Int>(allocator: SpanAllocator())
    other.shrinksAutomatically = false
    for key in 0..<100_000 {
      map[key] = key
      other[key] = key
    }
    let full = allocator.report.liveBytes
    for key in 1000..<100_000 {
      map[key] = nil
      other[key] = nil
    }
    let buckets = other.bucketCount
    // Below a quarter of the load, but not for long: a map that fills again keeps its buckets.
    for round in 0..<60_000 {
      map[-1] = round
      map[-1] = nil
      other[-1] = round
      other[-1] = nil
    }
    map.checkInvariants()
    #expect(allocator.report.liveBytes * 8 < full && map.count == 1000 && map.statistics.shrinkings > 2)
    #expect(other.bucketCount == buckets && other.statistics.shrinkings == 0)
    for key in 0..<1000 { #expect(map[key] == key) }
  }

  @Test func aMapThatFillsAgainDoesNotShrink() {
    let map = BucketMap<Int, Int>()
    for key in 0..<10_000 { map[key] = key }
    map.settle()
    let buckets = map.bucketCount
    for _ in 0..<10 {
      for key in 0..<9000 { map[key] = nil }
      for key in 0..<9000 { map[key] = key }
    }
    #expect(map.bucketCount >= buckets / 2 && map.count == 10_000)
  }

  @Test func largeMapsAreDroppedInSlices() {
    let sweeper = Sweeper(mode: .onWrites, leastBytes: 1 << 20, sliceBytes: 1 << 20)
    let allocator = SystemAllocator(sweeper: sweeper)
    do {
      let map = BucketMap<Int, Int>(allocator: allocator)
      map.reserveCapacity(200_000)
      for key in 0..<200_000 { map[key] = key }
    }
    let waiting = sweeper.report.waitingBytes
    #expect(waiting > 4 << 20)
    let other = BucketMap<Int, Int>(allocator: allocator)
    for key in 0..<2000 { other[key] = key }
    #expect(sweeper.report.waitingBytes < waiting)
    sweeper.mode = .atOnce
    #expect(sweeper.report.waitingBytes == 0)
  }

  @Test func growthIsASweepCycle() {
    let cycles = CycleBox()
    SweepLog.observer = { cycles.append($0) }
    defer { SweepLog.observer = nil }
    let map = BucketMap<Int, LargeValue>()
    for key in 0..<3000 { map[key] = LargeValue(key) }
    map.settle()
    #expect(cycles.all.contains { $0.kind == .growth && $0.releasedBytes >= $0.retiredBytes && $0.slices > 1 })
  }

  /// Whether a request, of a map of slots of 24 bytes, is for an array of buckets, not for overflow buckets: those follow a head of 64 bytes.
  private static func isArray(_ byteCount: Int) -> Bool { (byteCount - 64) % 128 != 0 }

  /// The arrays of a growth are refused for a while: the map stays valid, and grows when there is memory again.
  @Test(arguments: [3, 5, 6, 8])
  func refusedGrowthsAreTriedAgain(first: Int) {
    let allocator = FailingAllocator { number, byteCount in
      number >= first && number < first + 12 && Self.isArray(byteCount)
    }
    do {
      let map = BucketMap<Int, String>(allocator: allocator)
      for key in 0..<6000 {
        map[key] = "\(key)"
        if key % 64 == 0 { map.checkInvariants() }
      }
      #expect(allocator.refusedCount > 0)
      map.checkInvariants()
      for key in 0..<6000 { #expect(map[key] == "\(key)") }
      #expect(map.count == 6000 && map.bucketCount >= 256)
    }
    #expect(allocator.liveBytes == 0)
  }

  /// Each request in turn is refused, with entries that are counted: nothing leaks, and what was there stays.
  @Test func eachRefusalOfAnArrayLeavesTheMapWhole() {
    Lifetimes.expectNoLeaks { lifetimes in
      for refusal in 1..<14 {
        let allocator = FailingAllocator { number, byteCount in number == refusal && Self.isArray(byteCount) }
        do {
          let map = BucketMap<Lifetimes.Tracked, String>(allocator: allocator)
          for key in 0..<300 { map[Lifetimes.Tracked(key, in: lifetimes)] = "\(key)" }
          map.checkInvariants()
          map.shrinkToFit()
          for key in 0..<300 { #expect(map[Lifetimes.Tracked(key, in: lifetimes)] == "\(key)") }
          map.removeAll(keepingCapacity: true)
          #expect(map.isEmpty)
          map.checkInvariants()
        }
        #expect(allocator.liveBytes == 0)
      }
    }
  }

  @Test func noMemoryAtAllTraps() async {
    let first = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let map = BucketMap<Int, Int>(allocator: FailingAllocator { _, _ in true })
      map[1] = 1
    }
    let text = String(decoding: first?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.contains("Belay: a map cannot grow: no memory for a block of 304 bytes"), "\(text)")
    await #expect(processExitsWith: .failure) {
      let map = BucketMap<ConstantKey, Int>(allocator: FailingAllocator { number, _ in number > 0 })
      for key in 0..<16 { map[ConstantKey(number: key)] = 1 }
    }
    await #expect(processExitsWith: .failure) {
      BucketMap<Int, Int>(allocator: FailingAllocator { _, _ in true }).reserveCapacity(1000)
    }
  }
}

/// The sweep cycles that an observer has been told of.
private final class CycleBox: @unchecked Sendable {
  // Sendable holds because the list is reached under the lock only.
  private let mutex = Mutex()
  private var cycles: [SweepCycle] = []
  func append(_ cycle: SweepCycle) { mutex.locked { cycles.append(cycle) } }
  var all: [SweepCycle] { mutex.locked { cycles } }
}
