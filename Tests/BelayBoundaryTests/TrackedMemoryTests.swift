import Testing

@testable import BelayBoundary

/// Allocations with an identity, and the maps that are bound to them.
@Suite struct TrackedMemoryTests {
  @Test func entriesLeaveBeforeTheMemoryGoes() throws {
    let memory = TrackedAllocator()
    let first = LifetimeBoundMap<String>(memory)
    let second = LifetimeBoundMap<Int>(memory)
    let left = Counter()
    let base = UnsafeMutableRawPointer.allocate(byteCount: 16, alignment: 16)
    let key = try memory.adopt(base, byteCount: 16) {
      // When the memory goes, nothing knows it any more.
      if first.count == 0, second.count == 0 { left.add() }
      $0.deallocate()
    }
    #expect(try first.set("a", for: key) == nil && first.set("b", for: key) == "a")
    try second.set(2, for: key)
    #expect(try first.value(for: key) == "b" && second.value(for: key) == 2)
    #expect(memory.key(at: base) == key && memory.count == 1)
    try memory.free(key)
    #expect(left.value == 1 && memory.count == 0)
    #expect(throws: TrackedMemoryError.deadKey(key)) { try first.value(for: key) }
    #expect(throws: TrackedMemoryError.deadKey(key)) { try first.set("c", for: key) }
    #expect(throws: TrackedMemoryError.deadKey(key)) { try second.removeValue(for: key) }
    #expect(throws: TrackedMemoryError.deadKey(key)) { try memory.withMemory(key) { _ in } }
    #expect(throws: TrackedMemoryError.doubleFree(key)) { try memory.free(key) }
    #expect(throws: TrackedMemoryError.foreignMemory(UInt(bitPattern: base))) { try memory.free(base) }
    for error in [
      TrackedMemoryError.deadKey(key), .doubleFree(key), .foreignMemory(1), .alreadyTracked(1),
      .outOfMemory(byteCount: 1),
    ] {
      #expect("\(error)".count > 10)
    }
  }

  @Test func anAddressThatComesBackIsAnotherAllocation() throws {
    let memory = TrackedAllocator()
    let map = LifetimeBoundMap<Int>(memory)
    let base = UnsafeMutableRawPointer.allocate(byteCount: 16, alignment: 16)
    defer { base.deallocate() }
    let old = try memory.adopt(base) { _ in }
    #expect(throws: TrackedMemoryError.alreadyTracked(UInt(bitPattern: base))) { try memory.adopt(base) { _ in } }
    try map.set(1, for: old)
    try memory.free(base)
    let new = try memory.adopt(base) { _ in }
    #expect(try new != old && map.value(for: new) == nil)
    #expect(throws: TrackedMemoryError.deadKey(old)) { try map.value(for: old) }
  }

  @Test func memoryIsLentAndMapsMayGo() throws {
    let memory = TrackedAllocator()
    let key = try memory.allocate(byteCount: 8)
    do { try LifetimeBoundMap<Int>(memory).set(1, for: key) }
    #expect(try memory.withMemory(key) { $0.count } == 8)
    try memory.free(key)
    let freed = Counter()
    do {
      let other = TrackedAllocator()
      _ = try other.adopt(UnsafeMutableRawPointer.allocate(byteCount: 1, alignment: 1)) {
        freed.add()
        $0.deallocate()
      }
    }
    #expect(freed.value == 1)
  }

  @Test func threadsStoreWhileAnotherFrees() throws {
    let memory = TrackedAllocator()
    let map = LifetimeBoundMap<Int>(memory)
    for round in 0..<300 {
      let key = try memory.allocate(byteCount: 8)
      let freed = Counter()
      Thread.run(3) { thread in
        if thread < 2 { _ = try? map.set(round, for: key) }
        if thread > 0, (try? memory.free(key)) != nil { freed.add() }
      }
      #expect(freed.value == 1)
    }
    #expect(map.count == 0 && memory.count == 0)
  }
}

/// Resources by id.
@Suite struct SharedRegistryTests {
  @Test func references() throws {
    let registry = SharedRegistry<String, Int32>()
    let freed = Counter()
    let pointer = UnsafeMutablePointer<Int32>.allocate(capacity: 1)
    pointer.initialize(to: 3)
    try registry.add("a", pointer) {
      freed.add()
      $0.deallocate()
    }
    #expect(throws: RegistryError.taken) { try registry.add("a", pointer) { _ in } }
    #expect(try registry.acquire("a") == pointer && registry.withResource("a") { $0.pointee } == 3)
    #expect(try !registry.release("a") && registry.count == 1 && freed.value == 0)
    #expect(try registry.release("a") && registry.count == 0 && freed.value == 1)
    #expect(throws: RegistryError.unknown) { try registry.release("a") }
    #expect(throws: RegistryError.unknown) { try registry.acquire("a") }
    #expect("\(RegistryError.taken) \(RegistryError.unknown)".count > 20)
  }

  @Test func acquireMeetsTheLastRelease() throws {
    let registry = SharedRegistry<Int, Int32>()
    for round in 0..<500 {
      let freed = Counter()
      let pointer = UnsafeMutablePointer<Int32>.allocate(capacity: 1)
      pointer.initialize(to: 77)
      try registry.add(round, pointer) {
        $0.pointee = 0
        freed.add()
        $0.deallocate()
      }
      Thread.run(3) { thread in
        if thread == 0 {
          _ = try? registry.release(round)
        } else if let value = try? registry.withResource(round, { $0.pointee }) {
          #expect(value == 77)
        }
      }
      #expect(freed.value == 1)
    }
    #expect(registry.count == 0)
  }

  @Test func anIdComesBackWhileItsLastReferenceGoes() {
    let registry = SharedRegistry<Int, Int32>()
    let added = Counter()
    let freed = Counter()
    Thread.run(3) { thread in
      for step in 0..<3000 {
        let id = step % 2
        // Each drops the one reference that it has got, by either way.
        if (try? registry.acquire(id).pointee) == nil {
          let pointer = UnsafeMutablePointer<Int32>.allocate(capacity: 1)
          pointer.initialize(to: 77)
          do {
            try registry.add(id, pointer) {
              #expect($0.pointee == 77)
              $0.pointee = 0
              freed.add()
              $0.deallocate()
            }
            added.add()
          } catch {
            pointer.deallocate()
            continue
          }
        }
        #expect((try? registry.withResource(id) { $0.pointee }) == 77)
        #expect((try? registry.release(id)) != nil)
      }
    }
    #expect(added.value == freed.value && registry.count == 0)
  }

  @Test func allMayBeFreedAtOnce() throws {
    let registry = SharedRegistry<Int, Int32>()
    let freed = Counter()
    for id in 0..<10 {
      try registry.add(id, .allocate(capacity: 1)) {
        freed.add()
        $0.deallocate()
      }
    }
    _ = try registry.acquire(3)
    var seen: Set<Int> = []
    registry.forEach { id, _ in seen.insert(id).inserted }
    #expect(seen == Set(0..<10))
    registry.freeAll()
    #expect(freed.value == 10 && registry.count == 0)
    #expect(throws: RegistryError.unknown) { try registry.release(3) }
  }

  @Test func whatIsLeftIsFreed() throws {
    let freed = Counter()
    do {
      let registry = SharedRegistry<Int, Int32>()
      for id in 0..<10 {
        try registry.add(id, .allocate(capacity: 1)) {
          freed.add(); $0.deallocate()
        }
      }
    }
    #expect(freed.value == 10)
  }
}
