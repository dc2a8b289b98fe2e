import BelayMemory
import Testing

@testable import BelayBoundary

/// What a table says when there is no room, no memory, or no table any more.
@Suite struct HandleLimitTests {
  /// Memory that runs out when a test says so.
  private final class Scarce: BucketAllocator, @unchecked Sendable {
    // Sendable holds because one thread uses it.
    var isEmpty = false

    func allocate(byteCount: Int, alignment: Int) throws(MemoryError) -> MemoryBlock {
      if isEmpty { throw .outOfMemory(byteCount: byteCount) }
      return try SystemAllocator.shared.allocate(byteCount: byteCount, alignment: alignment)
    }
    func release(_ part: UnsafeMutableRawBufferPointer, of block: MemoryBlock) {
      SystemAllocator.shared.release(part, of: block)
    }
    func deallocate(_ block: MemoryBlock) { SystemAllocator.shared.deallocate(block) }
  }

  @Test(arguments: [(1, 1024), (2, 2048), (3, 4096)])
  func aFullTableIsExhausted(segments: Int, slots: Int) throws {
    let census = Census()
    let table = HandleTable<Tracked>(reclamation: .byCaller, generations: 100, segments: segments)
    var handles: [Handle<Tracked>] = []
    while true {
      do throws(HandleError) { handles.append(try table.insert(Tracked(handles.count, in: census))) } catch {
        #expect(error == .exhausted)
        break
      }
    }
    // The object that was refused has ended; the others are all there.
    #expect(handles.count == slots && table.count == slots && census.live == slots)
    for (value, handle) in handles.enumerated() { #expect(try table.withObject(handle) { $0.value } == value) }
    // Room for one is room for one.
    try table.remove(handles[5])
    while table.statistics.waiting > 0 { table.reclaim() }
    handles[5] = try table.insert(Tracked(5, in: census))
    #expect(throws: HandleError.exhausted) { try table.insert(Tracked(0, in: census)) }
    #expect(census.live == slots)
  }

  @Test func slotsThatAreUsedUpExhaustATable() throws {
    let census = Census()
    let table = HandleTable<Tracked>(reclamation: .byCaller, generations: 2, segments: 1)
    var made = 0
    let failure = #expect(throws: HandleError.self) {
      while true {
        try table.remove(try table.insert(Tracked(made, in: census)))
        made += 1
        while table.statistics.waiting > 0 { table.reclaim() }
      }
    }
    #expect(failure == .exhausted && made == 2048 && table.statistics.retiredSlots == 1024 && census.live == 0)
  }

  @Test func withoutMemoryNothingIsLost() throws {
    let census = Census()
    let memory = Scarce()
    let table = HandleTable<Tracked>(reclamation: .byCaller, generations: 100, allocator: memory)
    memory.isEmpty = true
    #expect(throws: HandleError.outOfMemory) { try table.insert(Tracked(0, in: census)) }
    #expect(census.live == 0 && table.count == 0)
    memory.isEmpty = false
    var handles: [Handle<Tracked>] = []
    for value in 0..<1024 { handles.append(try table.insert(Tracked(value, in: census))) }
    memory.isEmpty = true
    #expect(throws: HandleError.outOfMemory) { try table.insert(Tracked(-1, in: census)) }
    #expect(census.live == 1024)
    for (value, handle) in handles.enumerated() { #expect(try table.withObject(handle) { $0.value } == value) }
    memory.isEmpty = false
    handles.append(try table.insert(Tracked(1024, in: census)))
    #expect(table.count == 1025)
  }

  @Test func whatIsEndedByAClosingTableFindsItClosed() throws {
    let census = Census()
    let refused = Counter()
    // Ends that use the table which is just ending them, as C can from the function that it gave the table.
    final class Ends: @unchecked Sendable {
      // Sendable holds because one thread uses it.
      unowned(unsafe) var core: HandleCore?
      var other: UInt64 = 0
    }
    let ends = Ends()
    do {
      let table = HandleTable<Tracked>(reclamation: .byCaller)
      let first = try table.insert(
        Tracked(1, in: census) {
          guard let core = ends.core else { return }
          do throws(HandleError) { _ = try core.insert(1) } catch { if error == .closed { refused.add() } }
          do throws(HandleError) { try core.release(ends.other) } catch { if error == .closed { refused.add() } }
        })
      ends.other = try table.insert(Tracked(2, in: census)).rawValue
      ends.core = table.core
      #expect(table.contains(first))
    }
    #expect(refused.value == 2 && census.live == 0 && census.ended == 2)
  }
}
