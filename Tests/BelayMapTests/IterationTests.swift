@_spi(Testing) import BelayMap
import TestSupport
import Testing

/// Iterations interleaved with every kind of write.
@Suite struct IterationTests {
  /// Runs iterations over a map that is written between their steps, and holds what they visit against what they may and must visit.
  func interleave(keys: Int, rounds: Int, hasher: (any MapHasher<Int>)? = nil) {
    for _ in 0..<rounds {
      var random = SeededRandom()
      let map = BucketMap<Int, Int>(hasher: hasher)
      map.seed = random.next()
      let filled = Int.random(in: 0...keys, using: &random)
      for key in 0..<filled { map[key] = 0 }
      switch Int.random(in: 0..<4, using: &random) {
      case 0: map.beginDoubling()
      case 1: map.beginRebuild()
      case 2: map.beginHalving()
      default: break
      }
      var present = Set(map.snapshot().map(\.key))
      #expect(present == Set(0..<filled), "seed \(random.seed)")
      var mustVisit = present
      var everPresent = present
      var visited: Set<Int> = []
      var wasCleared = false
      let writesPerStep = Int.random(in: 0..<4, using: &random)
      var number = 1
      for (key, value) in map {
        guard present.contains(key), map[key] == value else {
          Issue.record("seed \(random.seed): \(key) was visited after its removal, or with a value it had before")
          return
        }
        if !visited.insert(key).inserted, mustVisit.contains(key) {
          Issue.record("seed \(random.seed): \(key) was visited twice")
          return
        }
        for _ in 0..<writesPerStep {
          number += 1
          let key = Int.random(in: 0..<keys * 2, using: &random)
          switch Int.random(in: 0..<400, using: &random) {
          case 0..<180:
            map[key] = number
            present.insert(key)
            everPresent.insert(key)
          case 180..<380:
            map[key] = nil
            present.remove(key)
            mustVisit.remove(key)
          case 380..<384: map.beginDoubling()
          case 384..<388: map.beginRebuild()
          case 388..<392: map.beginHalving()
          case 392..<394: map.reserveCapacity(Int.random(in: 0..<keys * 3, using: &random))
          case 394..<396: map.shrinkToFit()
          case 396 where random.next() % 4 == 0:
            map.removeAll(keepingCapacity: number % 2 == 0)
            present.removeAll()
            mustVisit.removeAll()
            wasCleared = true
          default: break
          }
        }
        // An iteration that meets new keys for ever would be one that must end at some time.
        if visited.count > keys * 8 { break }
      }
      let missed = mustVisit.subtracting(visited)
      #expect(missed.isEmpty, "seed \(random.seed): \(missed.count) of \(mustVisit.count) not visited")
      #expect(visited.isSubset(of: everPresent), "seed \(random.seed)")
      #expect(!wasCleared || map.validate().isEmpty)
      map.checkInvariants()
    }
  }

  @Test(arguments: [1, 10, 40, 200, 1000])
  func interleavedWithWrites(keys: Int) { interleave(keys: keys, rounds: keys < 100 ? 300 : 40) }

  @Test func interleavedWithWritesInLongChains() {
    struct FewBuckets: MapHasher {
      func hash(_ key: Int, seed: UInt64) -> UInt64 { FewBuckets.mix(key % 5, seed) | UInt64(key % 251) << 56 }
      static func mix(_ key: Int, _ seed: UInt64) -> UInt64 { ((UInt64(key) &+ seed) &* 0x9E37_79B9_7F4A_7C15) >> 8 }
    }
    interleave(keys: 150, rounds: 60, hasher: FewBuckets())
  }

  @Test func severalAtOnce() {
    let map = BucketMap<Int, Int>()
    for key in 0..<300 { map[key] = key }
    var pairs = 0
    for (key, _) in map {
      for (other, _) in map where other == key { pairs += 1 }
    }
    #expect(pairs == 300)
    var iterators = (0..<5).map { _ in map.makeIterator() }
    var visited = Array(repeating: Set<Int>(), count: 5)
    var next = 1000
    while true {
      var isDone = true
      for index in 0..<5 {
        if let entry = iterators[index].next() {
          #expect(visited[index].insert(entry.key).inserted)
          isDone = false
        }
        map[next] = next
        next += 1
      }
      if isDone || next > 100_000 { break }
    }
    for keys in visited { #expect(keys.isSuperset(of: 0..<300)) }
  }

  @Test func keysThatEqualNothing() {
    let map = BucketMap<Double, Int>()
    for number in 0..<500 { map[.nan] = number }
    map[1] = -1
    #expect(map.count == 501 && map[.nan] == nil && map.removeValue(forKey: .nan) == nil)
    #expect(Set(map.map(\.value)) == Set(-1..<500))
    // They stay through growths while an iteration runs, and are visited once.
    var values: [Int] = []
    for (_, value) in map {
      values.append(value)
      if map.count < 4000, value % 7 == 0 { for number in 0..<40 { map[Double(values.count * 40 + number)] = -2 } }
    }
    #expect(values.filter { $0 >= 0 }.sorted() == Array(0..<500))
    map.shrinkToFit()
    map.removeAll()
    #expect(map.isEmpty && map.validate().isEmpty)
    map[-0.0] = 1
    #expect(map[0.0] == 1)
  }

  @Test func clearEndsAnIteration() {
    let map = BucketMap<Int, String>()
    for key in 0..<200 { map[key] = "\(key)" }
    var steps = 0
    for _ in map {
      steps += 1
      map.removeAll()
    }
    #expect(steps == 1)
    for key in 0..<200 { map[key] = "\(key)" }
    for (key, _) in map { map[key] = nil }
    #expect(map.isEmpty)
  }

  @Test func startsAtARandomPlace() {
    for count in [5, 100, 2000] {
      let map = BucketMap<Int, Int>()
      for key in 0..<count { map[key] = key }
      let firsts = Set((0..<60).compactMap { _ in map.first(where: { _ in true })?.key })
      #expect(firsts.count > 1)
    }
  }

  @Test func referencesOfAnAbandonedIterationEnd() {
    Lifetimes.expectNoLeaks { lifetimes in
      let map = BucketMap<Lifetimes.Tracked, Lifetimes.Tracked>()
      for number in 0..<300 {
        map[Lifetimes.Tracked(number, in: lifetimes)] = Lifetimes.Tracked(-number, in: lifetimes)
      }
      var steps = 0
      for (key, _) in map {
        steps += 1
        map[Lifetimes.Tracked(1000 + steps, in: lifetimes)] = key
        if steps == 50 { break }
      }
      var iterator: BucketMap<Lifetimes.Tracked, Lifetimes.Tracked>.Iterator? = map.makeIterator()
      _ = iterator?.next()
      map.beginDoubling()
      map.removeAll(keepingCapacity: true)
      #expect(iterator?.next() == nil)
      iterator = nil
    }
  }

  @Test func exclusiveAccessAndSnapshot() {
    let map: BucketMap<Int, Int> = [1: 10, 2: 20, 3: 30]
    let snapshot = map.snapshot()
    map[4] = 40
    #expect(snapshot.count == 3)
    let sum = map.withExclusiveAccess { map.values.reduce(0, +) }
    #expect(sum == 100)
    var borrowed = 0
    map.forEachBorrowed { _, value in borrowed += value }
    #expect(borrowed == 100)
    map[5] = 50
    #expect(map.count == 5)
  }
}
