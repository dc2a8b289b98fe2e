import Synchronization
import TestSupport
import Testing

@testable import BelayBoundary

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Many threads at a table, at random.
@Suite struct HandleThreadTests {
  /// Words that threads share.
  final class Words: @unchecked Sendable {
    // Sendable holds because each word is atomic.
    let count: Int
    private let words: UnsafeMutablePointer<Atomic<UInt64>>

    init(_ count: Int) {
      self.count = count
      words = .allocate(capacity: count)
      for index in 0..<count { (words + index).initialize(to: Atomic(0)) }
    }

    deinit { words.deallocate() }

    subscript(index: Int) -> Handle<Tracked> { Handle(rawValue: words[index].load(ordering: .acquiring)) }

    func exchange(_ index: Int, _ handle: Handle<Tracked>?) -> Handle<Tracked>? {
      let old = words[index].exchange(handle?.rawValue ?? 0, ordering: .acquiringAndReleasing)
      return old == 0 ? nil : Handle(rawValue: old)
    }
  }

  @Test func oneThreadBehavesAsADictionary() throws {
    var random = SeededRandom()
    print("seed \(random.seed)")
    let census = Census()
    let table = HandleTable<Tracked>(generations: 5)
    var model: [Handle<Tracked>: (value: Int, references: Int)] = [:]
    var dead: [Handle<Tracked>] = []
    for step in 0..<40_000 {
      let known = model.keys.randomElement(using: &random)
      switch Int.random(in: 0..<10, using: &random) {
      case 0..<3:
        let handle = try table.insert(Tracked(step, in: census))
        #expect(model[handle] == nil)
        model[handle] = (step, 1)
      case 3:
        guard let known else { continue }
        try table.retain(known)
        model[known]!.references += 1
      case 4..<6:
        guard let known else { continue }
        let last = model[known]!.references == 1
        #expect(try table.release(known) == last)
        if last {
          model[known] = nil
          dead.append(known)
        } else {
          model[known]!.references -= 1
        }
      case 6:
        guard let known, Int.random(in: 0..<3, using: &random) == 0 else { continue }
        #expect(try table.take(known).value == model[known]!.value)
        model[known] = nil
        dead.append(known)
      case 7:
        guard let old = dead.randomElement(using: &random) else { continue }
        #expect(throws: HandleError.stale(old.rawValue)) { try table.retain(old) }
      default:
        guard let known else { continue }
        #expect(try table.withObject(known) { $0.isAlive ? $0.value : -1 } == model[known]!.value)
      }
      if step % 4000 == 0 {
        #expect(table.count == model.count)
        while table.statistics.waiting > 0 { table.reclaim() }
        #expect(census.live == model.count)
      }
    }
  }

  /// Places hold handles; threads exchange them, read them, and end what they took out. Whoever reads sees an object of that place, alive.
  @Test(arguments: [3, 1 << 20]) func threadsNeverSeeAnotherObject(generations: Int) {
    let seed = SeededRandom.anySeed
    print("seed \(seed)")
    let census = Census()
    let table = HandleTable<Tracked>(generations: UInt32(generations))
    let places = Words(64)
    Thread.run(4) { thread in
      var random = SeededRandom(seed: seed &+ UInt64(thread))
      for step in 0..<20_000 {
        let place = Int.random(in: 0..<places.count, using: &random)
        switch Int.random(in: 0..<12, using: &random) {
        case 0..<3:
          let handle = try! table.insert(Tracked(step * 64 + place, in: census))
          if let old = places.exchange(place, handle) { try! table.release(old) }
        case 3:
          if let old = places.exchange(place, nil) { try! table.remove(old) }
        case 4:
          // A reference of its own holds the object, whatever happens to the place.
          let handle = places[place]
          guard (try? table.retain(handle)) != nil else { continue }
          if let object = table[handle] { #expect(object.isAlive && object.value % 64 == place) }
          _ = try? table.release(handle)
        case 5:
          if let object = table[places[place]] { #expect(object.isAlive && object.value % 64 == place) }
        case 6 where step % 64 == 0:
          table.reclaim()
        case 7 where step % 256 == 0:
          table.forEach { _, object in object.isAlive }
        default:
          let good = try? table.withObject(places[place]) { $0.isAlive && $0.value % 64 == place }
          #expect(good != false)
        }
      }
    }
    var left = 0
    for place in 0..<places.count {
      // A reader's own reference may have been the one that stayed.
      if let handle = places.exchange(place, nil), table.contains(handle) { left += 1 }
    }
    #expect(table.count == left)
    while table.statistics.waiting > 0 { table.reclaim() }
    #expect(census.live == left)
  }

  @Test func exactlyOneReleaseIsTheLast() throws {
    let census = Census()
    let table = HandleTable<Tracked>()
    for round in 0..<300 {
      let handle = try table.insert(Tracked(round, in: census))
      for _ in 0..<5 { try table.retain(handle) }
      let last = Counter()
      let refused = Counter()
      Thread.run(4) { _ in
        for _ in 0..<2 {
          do { if try table.release(handle) { last.add() } } catch { refused.add() }
        }
      }
      #expect(last.value == 1 && refused.value == 2)
    }
    while table.statistics.waiting > 0 { table.reclaim() }
    #expect(census.live == 0)
  }

  @Test func anyNumberOfThreads() {
    let census = Census()
    let table = HandleTable<Tracked>()
    for _ in 0..<100 {
      Thread.run(50) { thread in
        let handle = try! table.insert(Tracked(thread, in: census))
        #expect((try? table.withObject(handle) { $0.value }) == thread)
        try! table.remove(handle)
      }
    }
    while table.statistics.waiting > 0 { table.reclaim() }
    #expect(census.live == 0 && table.count == 0)
    // What the threads had is used again by those that come after them.
    #expect(table.statistics.slots <= 50 * 64 * 2)
  }

  /// A thread-local variable whose destructor uses the table, and sets the variable again a few times.
  private final class Late: @unchecked Sendable {
    // Sendable holds because one thread uses it.
    let table: HandleTable<Tracked>
    let census: Census
    let key: pthread_key_t
    let uses: Counter
    private var rounds = 3

    init(table: HandleTable<Tracked>, census: Census, key: pthread_key_t, uses: Counter) {
      self.table = table
      self.census = census
      self.key = key
      self.uses = uses
    }

    func use() {
      let handle = try! table.insert(Tracked(1, in: census))
      #expect((try? table.withObject(handle) { $0.isAlive }) == true)
      try! table.remove(handle)
      uses.add()
      rounds -= 1
      if rounds > 0 { pthread_setspecific(key, Unmanaged.passUnretained(self).toOpaque()) }
    }
  }

  @Test func aThreadMayUseTheTableWhileItEnds() {
    let census = Census()
    let table = HandleTable<Tracked>()
    var key = pthread_key_t()
    let error = pthread_key_create(&key) { argument in
      #if canImport(Darwin)
        Unmanaged<Late>.fromOpaque(argument).takeUnretainedValue().use()
      #else
        if let argument { Unmanaged<Late>.fromOpaque(argument).takeUnretainedValue().use() }
      #endif
    }
    #expect(error == 0)
    let uses = Counter()
    for _ in 0..<20 {
      let late = Late(table: table, census: census, key: key, uses: uses)
      Thread.join(Thread.run { late.use() })
    }
    #expect(uses.value == 60)
    while table.statistics.waiting > 0 { table.reclaim() }
    #expect(census.live == 0)
    pthread_key_delete(key)
  }

  @Test func tablesComeAndGoWhileThreadsStay() {
    let census = Census()
    Thread.run(3) { thread in
      for round in 0..<2500 {
        let table = HandleTable<Tracked>()
        let handle = try! table.insert(Tracked(round, in: census))
        let other = try! table.insert(Tracked(round, in: census))
        #expect((try? table.withObject(handle) { $0.value }) == round)
        try! table.remove(other)
      }
    }
    #expect(census.live == 0)
  }

  @Test func tenMillionCyclesNeedNoMoreMemory() throws {
    let table = HandleTable<Tracked>()
    let object = Tracked(1, in: Census())
    var handles: [Handle<Tracked>] = []
    for _ in 0..<1000 { handles.append(try table.insert(object)) }
    for cycle in 0..<10_000_000 {
      let place = cycle % handles.count
      try table.remove(handles[place])
      handles[place] = try table.insert(object)
    }
    // A magazine's free slots and those that wait, whatever the number of cycles.
    let statistics = table.statistics
    #expect(statistics.live == 1000 && statistics.made == 10_001_000 && statistics.slots <= 16_384)
    #expect(statistics.residentBytes <= 16_384 * 16)
  }
}
