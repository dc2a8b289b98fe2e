@_spi(Testing) import BelayMap
import Testing

/// All sequences of a few operations, from all states in which a bucket, a chain or a growth is about to turn into something else.
@Suite struct ExhaustiveTests {
  /// Four writes to three keys in all orders: keys that are there, keys that are not, before and behind the end of a bucket.
  ///
  /// All keys have one hash, so that 15 of them fill a bucket, and 21 an overflow bucket.
  @Test(arguments: [0, 1, 13, 14, 15, 16, 29, 30, 31])
  func writesInOneChain(filled: Int) {
    var keys = [filled, 0, max(0, filled - 1)]
    if filled < 3 { keys = [0, 1, 2] }
    for sequence in 0..<1296 {
      let map = BucketMap<ConstantKey, Int>()
      var model: [Int: Int] = [:]
      for number in 0..<filled {
        map[ConstantKey(number: number)] = number
        model[number] = number
      }
      var rest = sequence
      for step in 0..<4 {
        let choice = rest % 6
        rest /= 6
        let number = keys[choice / 2]
        if choice % 2 == 0 {
          map[ConstantKey(number: number)] = 100 + step
          model[number] = 100 + step
        } else {
          #expect(map.removeValue(forKey: ConstantKey(number: number)) == model.removeValue(forKey: number))
        }
      }
      guard map.count == model.count, model.allSatisfy({ map[ConstantKey(number: $0.key)] == $0.value }),
        sequence % 7 != 0 || map.validate().isEmpty
      else {
        Issue.record("sequence \(sequence) from \(filled) entries: \(map.validate())")
        return
      }
    }
  }

  enum Move: CaseIterable { case doubling, rebuild, halving }
  enum Use: CaseIterable {
    case lookUp, insert, update, remove, iterate, snapshot, clear, reserve, shrink, settle, drop
  }

  /// Each use of a map at each step of each kind of move.
  @Test(arguments: Move.allCases, Use.allCases)
  func everyStepOfEveryMove(move: Move, use: Use) {
    Lifetimes.expectNoLeaks { lifetimes in
      for progress in 0..<20 {
        let map = BucketMap<Int, Lifetimes.Tracked>()
        map.shrinksAutomatically = false
        map.reserveCapacity(150)
        let entries = 40
        for key in 0..<entries { map[key] = Lifetimes.Tracked(key, in: lifetimes) }
        switch move {
        case .doubling: map.beginDoubling()
        case .rebuild: map.beginRebuild()
        case .halving: map.beginHalving()
        }
        #expect(map.growthState != .none)
        // Each write moves the bucket it touches and one more.
        for _ in 0..<progress { map.updateValue(Lifetimes.Tracked(0, in: lifetimes), forKey: 0) }
        var expected = Set(0..<entries)
        switch use {
        case .lookUp: for key in 0..<entries { #expect(map[key]?.number == key) }
        case .insert:
          for key in entries..<entries + 8 {
            map[key] = Lifetimes.Tracked(key, in: lifetimes)
            expected.insert(key)
          }
        case .update: for key in 0..<entries { map[key] = Lifetimes.Tracked(key, in: lifetimes) }
        case .remove:
          for key in stride(from: 0, to: entries, by: 3) {
            #expect(map.removeValue(forKey: key)?.number == key)
            expected.remove(key)
          }
        case .iterate: #expect(Set(map.map(\.key)) == expected && map.reduce(0) { sum, _ in sum + 1 } == expected.count)
        case .snapshot: #expect(Set(map.snapshot().map(\.key)) == expected)
        case .clear:
          map.removeAll(keepingCapacity: progress % 2 == 0)
          expected = []
        case .reserve: map.reserveCapacity(400)
        case .shrink: map.shrinkToFit()
        case .settle: map.settle()
        case .drop: continue
        }
        #expect(map.validate().isEmpty, "\(move), \(use), after \(progress) steps")
        #expect(map.count == expected.count && expected.allSatisfy { map[$0]?.number == $0 })
        #expect(map[-1] == nil && map[1000] == nil)
      }
    }
  }

  /// Chains of several overflow buckets move whole, into one half or into both.
  @Test(arguments: [16, 31, 46, 80])
  func longChainsMove(entries: Int) {
    let map = BucketMap<Int, Int>(hasher: BucketChoosingHasher())
    map.reserveCapacity(100)
    let buckets = map.bucketCount
    for number in 0..<entries { map[number * buckets] = number }
    #expect(map.overflowBucketCount == (entries - 15 + 5) / 6)
    for halves in [2, 1] {
      if halves == 2 { map.beginDoubling() } else { map.beginHalving() }
      map.settle()
      #expect(map.validate().isEmpty)
      for number in 0..<entries { #expect(map[number * buckets] == number) }
      #expect(map.count == entries && map.reduce(0) { sum, _ in sum + 1 } == entries)
    }
  }

  /// Iterations that begin before, during and after a move, and meet it at each of their steps.
  @Test func iterationsMeetMovesAtEachStep() {
    for moment in 0..<60 {
      for move in Move.allCases {
        let map = BucketMap<Int, Int>()
        map.shrinksAutomatically = false
        map.reserveCapacity(150)
        for key in 0..<60 { map[key] = key }
        var visited: [Int] = []
        var iterator = map.makeIterator()
        while let (key, _) = iterator.next() {
          visited.append(key)
          if visited.count == moment {
            switch move {
            case .doubling: map.beginDoubling()
            case .rebuild: map.beginRebuild()
            case .halving: map.beginHalving()
            }
          }
          // Writes that move the map on, take away what is not visited any more, and bring new entries.
          if visited.count >= moment, visited.count % 3 == 0 { map[1000 + visited.count] = 0 }
          if visited.count % 5 == 0 { map[key] = nil }
        }
        let old = visited.filter { $0 < 1000 }
        #expect(Set(old) == Set(0..<60) && old.count == 60, "\(move) at \(moment)")
        #expect(Set(visited).count == visited.count)
      }
    }
  }
}
