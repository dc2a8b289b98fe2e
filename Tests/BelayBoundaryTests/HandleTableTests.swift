import Dispatch
import Testing

@testable import BelayBoundary

/// One thread at a table, and each way in which a handle is refused.
@Suite struct HandleTableTests {
  @Test func aHandleNamesItsObjectUntilItEnds() throws {
    let census = Census()
    let table = HandleTable<Tracked>(name: "t")
    let handle = try table.insert(Tracked(7, in: census))
    #expect(try table.withObject(handle) { $0.value } == 7)
    #expect(try table.object(for: handle).value == 7 && table[handle]?.value == 7 && table.contains(handle))
    #expect(table.count == 1)
    try table.retain(handle)
    #expect(try !table.release(handle) && table.contains(handle))
    #expect(try table.release(handle))
    #expect(throws: HandleError.stale(handle.rawValue)) { try table.withObject(handle) { _ in } }
    #expect(throws: HandleError.stale(handle.rawValue)) { try table.object(for: handle) }
    #expect(throws: HandleError.stale(handle.rawValue)) { try table.retain(handle) }
    #expect(throws: HandleError.doubleRelease(handle.rawValue)) { try table.release(handle) }
    #expect(throws: HandleError.doubleRelease(handle.rawValue)) { try table.remove(handle) }
    #expect(throws: HandleError.stale(handle.rawValue)) { try table.take(handle) }
    #expect(table[handle] == nil && !table.contains(handle) && table.count == 0)
    while table.statistics.waiting > 0 { table.reclaim() }
    #expect(census.live == 0 && census.ended == 1)
  }

  @Test func removalEndsAHandleWhateverItsReferences() throws {
    let census = Census()
    let table = HandleTable<Tracked>()
    let handle = try table.insert(Tracked(1, in: census))
    for _ in 0..<5 { try table.retain(handle) }
    let other = try table.insert(Tracked(2, in: census))
    try table.remove(handle)
    #expect(throws: HandleError.doubleRelease(handle.rawValue)) { try table.release(handle) }
    let taken = try table.take(other)
    #expect(taken.value == 2 && taken.isAlive && !table.contains(other))
    while table.statistics.waiting > 0 { table.reclaim() }
    #expect(census.live == 1)
  }

  @Test func aHandleIsNoAddress() throws {
    let table = HandleTable<Tracked>()
    let census = Census()
    for value in 0..<3000 {
      let handle = try table.insert(Tracked(value, in: census))
      #expect(handle.rawValue & 1 == 1 && handle.rawValue >> 62 == 1)
      #expect(Handle<Tracked>(handle.context) == handle)
      #expect(Handle<Tracked>(UnsafeRawPointer(handle.context)) == handle)
    }
    #expect(Handle<Tracked>(nil as UnsafeMutableRawPointer?) == nil)
    #expect(Handle<Tracked>(nil as UnsafeRawPointer?) == nil)
    #expect(MemoryLayout<HandleSlot>.size == 16 && MemoryLayout<Handle<Tracked>>.size == 8)
  }

  @Test func madeUpAndForeignHandlesAreRefused() throws {
    let census = Census()
    let table = HandleTable<Tracked>()
    let other = HandleTable<Tracked>()
    let handle = try table.insert(Tracked(1, in: census))
    let foreign = try other.insert(Tracked(2, in: census))
    #expect(throws: HandleError.foreign(foreign.rawValue)) { try table.withObject(foreign) { _ in } }
    #expect(throws: HandleError.foreign(foreign.rawValue)) { try table.release(foreign) }
    let word = handle.rawValue
    let forgeries: [UInt64] = [
      0, 1, 42, word & ~1, word ^ 1 << 62, word | 1 << 63, word + 2 * 5, word + 2 * 5000, word + 2 * (1 << 25),
      word + 1 << 27, word | 0xFF_FFFF << 27, word & ~(0xFF_FFFF << 27),
      UInt64(UInt(bitPattern: ObjectIdentifier(table))),
    ]
    for forgery in forgeries {
      #expect(throws: HandleError.forged(forgery)) { try table.withObject(Handle(rawValue: forgery)) { _ in } }
      #expect(throws: HandleError.forged(forgery)) { try table.retain(Handle(rawValue: forgery)) }
      #expect(throws: HandleError.forged(forgery)) { try table.release(Handle(rawValue: forgery)) }
    }
    #expect(table.contains(handle) && other.contains(foreign))
    // Words that are those of free slots: one that was used, one that never was.
    try table.remove(handle)
    for index: UInt32 in [0, 1, 63, 64, 300] {
      let word = try #require(table.core.hot.slot(index)).pointee.state.load(ordering: .relaxed)
      let forgery = word & HandleBits.identity | UInt64(index) << 1
      #expect(throws: HandleError.forged(forgery)) { try table.withObject(Handle(rawValue: forgery)) { _ in } }
      #expect(throws: HandleError.forged(forgery)) { try table.retain(Handle(rawValue: forgery)) }
      #expect(throws: HandleError.forged(forgery)) { try table.remove(Handle(rawValue: forgery)) }
    }
  }

  @Test func aReaderKeepsWhatItReads() throws {
    let census = Census()
    let table = HandleTable<Tracked>(reclamation: .byCaller)
    let handle = try table.insert(Tracked(3, in: census))
    let alive = try table.withObject(handle) { object in
      try? table.remove(handle)
      #expect(table.reclaim() == 1)
      #expect(table.statistics.waiting == 1)
      #expect(throws: HandleError.stale(handle.rawValue)) { try table.withObject(handle) { _ in } }
      return object.isAlive && census.live == 1
    }
    #expect(alive)
    #expect(table.reclaim() == 0 && census.live == 0)
  }

  @Test func readsNestInEveryWay() throws {
    let census = Census()
    // More tables than a thread's record has room for.
    let tables = (0..<70).map { HandleTable<Tracked>(name: "\($0)", reclamation: .byCaller) }
    let handles = try tables.map { try $0.insert(Tracked(1, in: census)) }
    func nest(_ depth: Int) throws -> Int {
      guard depth < tables.count else { return 0 }
      return try tables[depth].withObject(handles[depth]) { try $0.value + nest(depth + 1) }
    }
    #expect(try nest(0) == 70)
    try tables[0].withObject(handles[0]) { _ in
      try tables[64].withObject(handles[64]) { object in
        try tables[64].remove(handles[64])
        #expect(tables[64].reclaim() == 1 && object.isAlive)
        try tables[1].remove(handles[1])
        #expect(tables[1].reclaim() == 0)
      }
      #expect(tables[64].reclaim() == 0)
    }
    #expect(census.live == 68)
  }

  @Test func aStalledReaderHoldsUpItsOwnTableOnly() throws {
    let census = Census()
    let slow = HandleTable<Tracked>(reclamation: .byCaller)
    let fast = HandleTable<Tracked>(reclamation: .byCaller)
    let handle = try slow.insert(Tracked(0, in: census))
    let stands = DispatchSemaphore(value: 0)
    let leave = DispatchSemaphore(value: 0)
    let reader = Thread.run {
      _ = try? slow.withObject(handle) { _ in
        stands.signal()
        leave.wait()
      }
    }
    stands.wait()
    for value in 0..<5000 {
      try fast.remove(try fast.insert(Tracked(value, in: census)))
      try slow.remove(try slow.insert(Tracked(value, in: census)))
    }
    #expect(fast.reclaim() == 0)
    #expect(slow.reclaim() == 5000 && slow.statistics.stalledReader != nil)
    #expect(census.live == 5001)
    leave.signal()
    Thread.join(reader)
    #expect(slow.reclaim() == 0 && census.live == 1 && slow.statistics.stalledReader == nil)
  }

  @Test func theSweeperEndsWhatNobodyElseComesRoundTo() throws {
    let census = Census()
    let table = HandleTable<Tracked>()
    let release = DispatchSemaphore(value: 0)
    let done = DispatchSemaphore(value: 0)
    // Another thread with a record, so that nothing ends at once.
    let other = Thread.run {
      _ = table.contains(Handle(rawValue: 1))
      release.signal()
      done.wait()
    }
    release.wait()
    let ended = DispatchSemaphore(value: 0)
    try table.remove(try table.insert(Tracked(1, in: census) { ended.signal() }))
    #expect(ended.wait(timeout: .now() + 30) == .success)
    done.signal()
    Thread.join(other)
    #expect(census.live == 0)
  }

  @Test func whatAnotherThreadIsAtEndingStillWaits() throws {
    let census = Census()
    let table = HandleTable<Tracked>(reclamation: .byCaller)
    let ends = DispatchSemaphore(value: 0)
    let mayEnd = DispatchSemaphore(value: 0)
    let handle = try table.insert(
      Tracked(1, in: census) {
        ends.signal()
        mayEnd.wait()
      })
    let other = Thread.run {
      _ = try? table.remove(handle)
      table.reclaim()
    }
    ends.wait()
    #expect(table.statistics.waiting == 1 && table.reclaim() == 1)
    mayEnd.signal()
    Thread.join(other)
    #expect(table.statistics.waiting == 0 && table.reclaim() == 0 && census.live == 0)
  }

  @Test func aTableEndsWhatIsLeft() throws {
    let census = Census()
    do {
      let table = HandleTable<Tracked>(reclamation: .byCaller)
      for value in 0..<2000 {
        let handle = try table.insert(Tracked(value, in: census))
        if value % 3 == 0 { try table.remove(handle) }
      }
    }
    #expect(census.live == 0 && census.ended == 2000)
  }

  @Test func endsMayUseTheTable() throws {
    let census = Census()
    let table = HandleTable<Tracked>(reclamation: .byCaller)
    func chain(_ depth: Int) throws -> Handle<Tracked> {
      guard depth > 0 else { return try table.insert(Tracked(0, in: census)) }
      let next = try chain(depth - 1)
      return try table.insert(Tracked(depth, in: census) { try? table.remove(next) })
    }
    try table.remove(try chain(3000))
    while table.statistics.waiting > 0 { table.reclaim() }
    #expect(census.live == 0 && table.count == 0)
  }

  @Test func everyHandleIsVisitedOnce() throws {
    let census = Census()
    let table = HandleTable<Tracked>()
    var live: Set<Handle<Tracked>> = []
    for value in 0..<3000 {
      let handle = try table.insert(Tracked(value, in: census))
      if value % 2 == 0 { live.insert(handle) } else { try table.remove(handle) }
    }
    var seen: Set<Handle<Tracked>> = []
    table.forEach { handle, object in
      #expect(seen.insert(handle).inserted && object.isAlive)
      _ = try? table.insert(Tracked(-1, in: census))
      return true
    }
    #expect(seen.isSuperset(of: live))
    var visits = 0
    table.forEach { _, _ in
      visits += 1
      return visits < 10
    }
    #expect(visits == 10)
  }

  /// A table of few generations has the last ones, so that the slots of this one come to the real end.
  @Test func aSlotRetiresWhenItsGenerationsAreUsedUp() throws {
    let census = Census()
    let table = HandleTable<Tracked>(generations: 3)
    var all: Set<Handle<Tracked>> = []
    for value in 0..<10_000 {
      let handle = try table.insert(Tracked(value, in: census))
      all.insert(handle)
      try table.remove(handle)
      // Slots that wait are not used again: while many did, as on a busy machine, others would be used in their place and not come to their last generation.
      if value % 64 == 0 { while table.statistics.waiting > 0 { table.reclaim() } }
    }
    #expect(all.count == 10_000)
    #expect(all.contains { HandleBits.generation($0.rawValue) == HandleBits.lastGeneration - 1 })
    while table.statistics.waiting > 0 { table.reclaim() }
    let statistics = table.statistics
    #expect(statistics.retiredSlots >= 3000 && statistics.live == 0)
    #expect(!all.contains { table.contains($0) })
    #expect(census.live == 0)
  }

  @Test func referencesAreCounted() throws {
    let table = HandleTable<Tracked>()
    let handle = try table.insert(Tracked(1, in: Census()))
    let slot = table.core.hot.slot(HandleBits.index(handle.rawValue)).unsafelyUnwrapped
    slot.pointee.state.add(HandleBits.middle - HandleBits.oneReference, ordering: .relaxed)
    #expect(throws: HandleError.tooManyReferences(handle.rawValue)) { try table.retain(handle) }
    #expect(try table.release(handle) == false)
    try table.retain(handle)
    try table.remove(handle)
    #expect(!table.contains(handle))
  }

  @Test func memoryGoesBack() throws {
    let census = Census()
    let table = HandleTable<Tracked>(reclamation: .byCaller)
    let object = Tracked(0, in: census)
    let handles = try (0..<60_000).map { _ in try table.insert(object) }
    let full = table.statistics
    #expect(full.live == 60_000 && full.residentBytes <= 60_000 * 16 * 5 / 4)
    for handle in handles { try table.remove(handle) }
    table.reclaim()
    let empty = table.statistics
    #expect(empty.live == 0 && empty.residentBytes < full.residentBytes / 4 && empty.releasedBytes > 0)
    // Old handles stay stale where pages have gone and come back.
    #expect(!handles.contains { table.contains($0) })
    #expect(throws: HandleError.stale(handles[30_000].rawValue)) { try table.retain(handles[30_000]) }
    let again = try (0..<60_000).map { _ in try table.insert(object) }
    #expect(Set(again).isDisjoint(with: handles))
    #expect(again.allSatisfy { table.contains($0) })
  }

  @Test func errorsSayWhatHappened() throws {
    let word: UInt64 = 1 << 62 | 5 << 51 | 3 << 27 | 9 << 1 | 1
    #expect("\(HandleError.stale(word))" == "handle 9, generation 3, table 5: its object is gone")
    #expect("\(HandleError.forged(0x1000))" == "0x1000: never handed out by this table")
    #expect("\(Handle<Tracked>(rawValue: word))" == "handle 9, generation 3, table 5")
    #expect(HandleError.stale(word).handle == word && HandleError.exhausted.handle == nil)
    for error in [
      HandleError.doubleRelease(word), .foreign(word), .tooManyReferences(word), .exhausted, .outOfMemory, .closed,
    ] {
      #expect("\(error)".count > 5)
    }
  }
}
