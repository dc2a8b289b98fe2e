import BelayMap
import BelayMemory
import Dispatch
import Synchronization
import TestSupport
import Testing

/// Small histories of several threads, each checked for an order that explains it.
@Suite struct ConcurrentHistoryTests {
  /// A value that is stored in place, or with its entry, as the map sees it.
  protocol Boxed: Sendable, Equatable {
    init(_ number: Int)
    var number: Int { get }
  }
  struct Word: Boxed {
    let number: Int
    init(_ number: Int) { self.number = number }
  }
  struct Wide: Boxed {
    let number: Int
    let copy: String
    init(_ number: Int) {
      self.number = number
      copy = "a value that is not trivial, of number \(number)"
    }
  }

  /// What one thread did.
  private final class Log: @unchecked Sendable {
    // Sendable holds because one thread writes, and others read when it has ended.
    var events: [(key: Int?, event: History.Event)] = []
  }

  @Test func theCheckerKnowsFaults() {
    typealias Event = History.Event
    #expect(
      History.isLinearizable([
        Event(step: .store(1), called: 0, returned: 3), Event(step: .load(nil), called: 1, returned: 2),
        Event(step: .load(1), called: 4, returned: 5),
      ]))
    // A value that was there cannot be missing without a removal.
    #expect(
      !History.isLinearizable([
        Event(step: .store(1), called: 0, returned: 1), Event(step: .load(nil), called: 2, returned: 3),
      ]))
    // Two threads cannot both be the first.
    #expect(
      !History.isLinearizable([
        Event(step: .loadOrStore(1, now: 1, loaded: false), called: 0, returned: 3),
        Event(step: .loadOrStore(2, now: 2, loaded: false), called: 1, returned: 2),
      ]))
    // A lost update.
    #expect(
      !History.isLinearizable([
        Event(step: .increment(now: 1), called: 0, returned: 3),
        Event(step: .increment(now: 1), called: 1, returned: 2),
      ]))
  }

  private func run<Value: Boxed>(_ type: Value.Type, seed: UInt64, threads: Int, steps: Int) -> Bool {
    // One stripe, and keys that make it grow meanwhile.
    let map = ConcurrentMap<Int, Value>(stripeCount: 1)
    let clock = Atomic(0)
    let here = Atomic(0)
    let logs = (0..<threads).map { _ in Log() }
    @Sendable func tick() -> Int { clock.add(1, ordering: .sequentiallyConsistent).oldValue }
    DispatchQueue.concurrentPerform(iterations: threads) { thread in
      var random = SeededRandom(seed: seed &+ UInt64(thread) &* 77)
      here.add(1, ordering: .relaxed)
      // Not all threads may run at once; whoever waits in vain begins.
      for _ in 0..<10_000 where here.load(ordering: .relaxed) < threads {}
      for step in 0..<steps {
        let key = Int.random(in: 0..<2, using: &random)
        let new = thread * 1000 + step
        let choice = Int.random(in: 0..<20, using: &random)
        let other = Int.random(in: 0..<threads, using: &random) * 1000 + Int.random(in: 0..<steps, using: &random)
        let called = tick()
        let done: History.Step
        switch choice {
        case 0..<6: done = .load(map.load(key)?.number)
        case 6..<8:
          map.store(Value(new), forKey: key)
          done = .store(new)
        case 8: done = .swap(new, was: map.swap(Value(new), forKey: key)?.number)
        case 9..<11: done = .remove(was: map.removeValue(forKey: key)?.number)
        case 11..<13:
          let result = map.loadOrStore(Value(new), forKey: key)
          done = .loadOrStore(new, now: result.value.number, loaded: result.loaded)
        case 13..<15:
          let from = map.load(key)?.number ?? other
          done = .compareAndSwap(from: from, to: new, done: map.compareAndSwap(key, from: Value(from), to: Value(new)))
        case 15: done = .compareAndRemove(other, done: map.compareAndRemove(key, Value(other)))
        case 16:
          map.removeAll()
          done = .clear
        case 17:
          for filler in 0..<8 { map.store(Value(0), forKey: 10 + step * 8 + filler) }
          continue
        case 18:
          for filler in 0..<8 * step { map.removeValue(forKey: 10 + filler) }
          map.shrinkToFit()
          continue
        default: done = .increment(now: map.compute(key) { $0 = Value(($0?.number ?? 0) + 1) }?.number)
        }
        logs[thread].events.append(
          (choice == 16 ? nil : key, History.Event(step: done, called: called, returned: tick())))
      }
    }
    let events = logs.flatMap(\.events)
    return (0..<2).allSatisfy { key in
      History.isLinearizable(events.filter { $0.key == nil || $0.key == key }.map(\.event))
    }
  }

  @Test(arguments: [2, 3, 4])
  func historiesAreLinearizable(threads: Int) {
    let first = SeededRandom.anySeed
    for round in 0..<150 {
      let seed = first &+ UInt64(round) &* 7919
      if !run(Word.self, seed: seed, threads: threads, steps: 24 / threads) {
        Issue.record("seed \(seed), values in place: no order explains what \(threads) threads saw")
      }
      if !run(Wide.self, seed: seed, threads: threads, steps: 24 / threads) {
        Issue.record("seed \(seed), values with their entries: no order explains what \(threads) threads saw")
      }
    }
  }
}
