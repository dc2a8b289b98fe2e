@_spi(Testing) import BelayMap
import TestSupport
import Testing

/// Random sequences of all operations, with `Dictionary` as the model, and all invariants after each step.
@Suite struct ModelTests {
  /// Runs one sequence.
  func run<Key: Hashable, Value: Equatable>(
    map: @autoclosure () -> BucketMap<Key, Value>, keys: Int, steps: Int, seed: UInt64 = SeededRandom.anySeed,
    key: (Int) -> Key, value: (Int) -> Value, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    var random = SeededRandom(seed: seed)
    let map = map()
    map.seed = random.next()
    var model: [Key: Value] = [:]
    var last = "nothing"
    // Phases that fill and phases that empty, so that all sizes and all growth states are met.
    var fills = true
    for step in 0..<steps {
      if Int.random(in: 0..<max(1, keys * 2), using: &random) == 0 { fills.toggle() }
      let number = Int.random(in: 0..<keys, using: &random)
      let key = key(number)
      var choice = Int.random(in: 0..<100, using: &random)
      if !fills, choice < 45 { choice += 45 }
      switch choice {
      case 0..<30:
        last = "set \(number)"
        map[key] = value(step)
        model[key] = value(step)
      case 30..<40:
        last = "update \(number)"
        let previous = map.updateValue(value(step), forKey: key)
        #expect(previous == model.updateValue(value(step), forKey: key), "seed \(seed)", sourceLocation: sourceLocation)
      case 40..<45:
        last = "default \(number)"
        map[key, default: value(0)] = value(step)
        model[key, default: value(0)] = value(step)
      case 45..<50:
        last = "modify \(number)"
        let changed: Value? = step % 3 == 0 ? nil : value(step)
        func change(_ slot: inout Value?) { slot = changed }
        change(&map[key])
        change(&model[key])
      case 50..<55:
        last = "reserve or shrink"
        switch Int.random(in: 0..<12, using: &random) {
        case 0: map.reserveCapacity(Int.random(in: 0..<keys * 2, using: &random))
        case 1: map.shrinkToFit()
        case 2: map.beginRebuild()
        case 3: map.beginDoubling()
        case 4: map.beginHalving()
        default: break
        }
      case 55..<56:
        if Int.random(in: 0..<20, using: &random) == 0 {
          last = "clear"
          map.removeAll(keepingCapacity: step % 2 == 0)
          model.removeAll()
        }
      case 56..<60:
        last = "look up \(number)"
        #expect(map[key] == model[key], "seed \(seed)", sourceLocation: sourceLocation)
      default:
        last = "remove \(number)"
        let removed = map.removeValue(forKey: key)
        #expect(removed == model.removeValue(forKey: key), "seed \(seed)", sourceLocation: sourceLocation)
      }
      // All invariants after each step while the map is small; every so often when that would take long.
      let defects = model.count < 120 || step % 16 == 0 ? map.validate() : []
      guard defects.isEmpty, map.count == model.count, map[key] == model[key] else {
        Issue.record(
          "seed \(seed), step \(step), after \(last): \(defects.prefix(3)), count \(map.count) of \(model.count)",
          sourceLocation: sourceLocation)
        return
      }
    }
    for (key, value) in model where map[key] != value {
      Issue.record("seed \(seed): a wrong value at the end", sourceLocation: sourceLocation)
      return
    }
    var visited: [Key: Value] = [:]
    for (key, value) in map {
      #expect(visited.updateValue(value, forKey: key) == nil, "seed \(seed)", sourceLocation: sourceLocation)
    }
    #expect(visited == model, "seed \(seed)", sourceLocation: sourceLocation)
  }

  @Test(arguments: [1, 5, 16, 40, 150, 600])
  func integers(keys: Int) {
    for _ in 0..<2 {
      run(map: BucketMap<Int, Int>(), keys: keys, steps: keys > 100 ? 1500 : 4000, key: { $0 }, value: { $0 })
    }
  }

  @Test func integersOfAllSizes() {
    run(
      map: BucketMap<UInt8, UInt8>(), keys: 256, steps: 3000, key: { UInt8($0) },
      value: { UInt8(truncatingIfNeeded: $0) })
    run(map: BucketMap<Int16, UInt64>(), keys: 300, steps: 3000, key: { Int16($0 - 150) }, value: { UInt64($0) })
    run(map: BucketMap<UInt32, UInt16>(), keys: 300, steps: 3000, key: { UInt32($0) }, value: { UInt16($0) })
    run(map: BucketMap<UInt64, Bool>(), keys: 300, steps: 3000, key: { UInt64($0) << 40 }, value: { $0 % 2 == 0 })
  }

  @Test(arguments: [10, 100, 400])
  func strings(keys: Int) {
    run(map: BucketMap<String, String>(), keys: keys, steps: 3000, key: { "key \($0)" }, value: { "\($0)" })
    run(
      map: BucketMap<String, Int>(), keys: keys, steps: 3000, key: { "a key of more than fifteen bytes \($0)" },
      value: { $0 })
    run(map: BucketMap<String, Int>(), keys: keys, steps: 3000, key: { "é\u{301} \($0)" }, value: { $0 })
  }

  @Test(arguments: [20, 100])
  func collisions(keys: Int) {
    run(map: BucketMap<ConstantKey, Int>(), keys: keys, steps: 2000, key: { ConstantKey(number: $0) }, value: { $0 })
    run(
      map: BucketMap<CollidingKey, Int>(), keys: keys * 3, steps: 2000, key: { CollidingKey(number: $0) }, value: { $0 }
    )
    run(
      map: BucketMap<Int, Int>(hasher: BucketChoosingHasher()), keys: keys, steps: 3000, key: { $0 * 64 }, value: { $0 }
    )
  }

  @Test func largeAndEmpty() {
    run(map: BucketMap<LargeKey, LargeValue>(), keys: 60, steps: 2000, key: { LargeKey($0) }, value: { LargeValue($0) })
    run(map: BucketMap<Int, Nothing>(), keys: 200, steps: 3000, key: { $0 }, value: { _ in Nothing() })
    run(map: BucketMap<Bool, Nothing>(), keys: 2, steps: 300, key: { $0 == 0 }, value: { _ in Nothing() })
  }

  @Test func chosenHasher() {
    run(map: BucketMap<Int, Int>(hasher: StandardHasher()), keys: 300, steps: 3000, key: { $0 }, value: { $0 })
    run(map: BucketMap<String, Int>(hasher: StandardHasher()), keys: 100, steps: 2000, key: { "\($0)" }, value: { $0 })
  }

  @Test(arguments: [1, 30, 200])
  func referencesEndOnce(keys: Int) {
    Lifetimes.expectNoLeaks { lifetimes in
      let pool = (0..<keys).map { Lifetimes.Tracked($0, in: lifetimes) }
      run(
        map: BucketMap<Lifetimes.Tracked, Lifetimes.Tracked>(), keys: keys, steps: 3000,
        key: { Lifetimes.Tracked($0, in: lifetimes) }, value: { pool[$0 % keys] })
      run(
        map: BucketMap<Int, Lifetimes.Tracked>(), keys: keys, steps: 3000, key: { $0 },
        value: { Lifetimes.Tracked($0, in: lifetimes) })
    }
  }

  /// Every number of entries up to 400, filled and emptied in both orders, with the invariants at each step.
  @Test func allSmallSizes() {
    for count in 0..<80 {
      let map = BucketMap<Int, Int>()
      for key in 0..<count {
        map[key] = key
        map.checkInvariants()
      }
      #expect(map.count == count)
      for key in 0..<count { #expect(map[key] == key) }
      #expect(map[count] == nil && map[-1] == nil)
      #expect(Set(map.map(\.key)) == Set(0..<count))
      for key in count % 2 == 0 ? Array(0..<count) : Array((0..<count).reversed()) {
        #expect(map.removeValue(forKey: key) == key)
        map.checkInvariants()
      }
      #expect(map.isEmpty)
    }
  }
}
