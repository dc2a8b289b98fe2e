@_spi(Testing) import BelayMap
import BelayMemory
import Testing

/// Maps in a region that ends at once.
@Suite struct ArenaTests {
  @Test func mapsShareARegion() {
    let source = SpanAllocator()
    let arena = Arena(name: "request", chunkBytes: 1000, source: source)
    let maps = (0..<20).map { _ in BucketMap<Int, UInt32>(arena: arena) }
    for key in 0..<3000 { maps[key % 20][key] = UInt32(key) }
    for (index, map) in maps.enumerated() {
      map.checkInvariants()
      #expect(map.count == 150 && map[index] == UInt32(index))
    }
    maps[0].removeAll()
    maps[0][1] = 1
    #expect(arena.usedBytes > 3000 * 16 && source.report.liveBytes >= arena.usedBytes)
    arena.free()
    #expect(source.report.liveBytes == 0 && arena.wasFreed)
  }

  @Test func memoryOfAnArenaIsZeroAlignedAndApart() throws {
    let arena = Arena(chunkBytes: 100)
    var last: [(UInt, UInt)] = []
    for step in 1...400 {
      let alignment = 1 << (step % 8)
      let block = try arena.allocate(byteCount: step % 97 + 1, alignment: alignment)
      let start = UInt(bitPattern: block.base)
      #expect(start % UInt(alignment) == 0)
      #expect(UnsafeRawBufferPointer(start: block.base, count: block.byteCount).allSatisfy { $0 == 0 })
      block.base.initializeMemory(as: UInt8.self, repeating: 255, count: block.byteCount)
      last.append((start, start + UInt(block.byteCount)))
    }
    last.sort { $0.0 < $1.0 }
    #expect(zip(last, last.dropFirst()).allSatisfy { $0.1 <= $1.0 })
  }

  @Test func useAfterwardsTraps() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let arena = Arena(name: "request 7")
      let map = BucketMap<Int, Int>(arena: arena)
      map[1] = 1
      arena.free()
      _ = map[1]
    }
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(
      text.contains("use of a map after its arena was freed: BucketMap<Int, Int> in the arena 'request 7'"), "\(text)")
    await #expect(processExitsWith: .failure) {
      let arena = Arena()
      let map = BucketMap<Int, Int>(arena: arena)
      map[1] = 1
      arena.free()
      map[2] = 2
    }
    await #expect(processExitsWith: .failure) {
      let arena = Arena()
      let map = BucketMap<Int, Int>(arena: arena)
      for key in 0..<100 { map[key] = 1 }
      for _ in map { if !arena.wasFreed { arena.free() } }
    }
    await #expect(processExitsWith: .failure) {
      let arena = Arena()
      arena.free()
      arena.free()
    }
    await #expect(processExitsWith: .failure) { _ = BucketMap<Int, String>(arena: Arena()) }
  }

  @Test func stringsLieInTheArena() throws {
    let source = SpanAllocator()
    let arena = Arena(name: "strings", chunkBytes: 4096, source: source)
    let map = BucketMap<ArenaString, ArenaString>(arena: arena)
    for number in 0..<500 { map[arena.string("key \(number)")] = arena.string("value ü \(number)") }
    map[arena.string("")] = arena.string("empty")
    map.checkInvariants()
    #expect(map.count == 501)
    for number in 0..<500 {
      let value = ArenaString.withTemporary("key \(number)") { map[$0] }
      #expect(value?.description == "value ü \(number)")
    }
    #expect(ArenaString.withTemporary("key") { map[$0] } == nil)
    #expect(ArenaString.withTemporary("") { map[$0] }?.description == "empty")
    let one = arena.string("é")
    #expect(one == arena.string("é") && one != arena.string("e\u{301}") && one.utf8Count == 2)
    #expect(one.hashValue == arena.string("é").hashValue)
    // C may read it: a zero follows.
    #expect(one.withUTF8 { $0.baseAddress?.load(fromByteOffset: 2, as: UInt8.self) } == 0)
    struct Failure: Error {}
    #expect(throws: Failure.self) {
      try ArenaString.withTemporary("a") { _ throws(Failure) in throw Failure() }
    }
    arena.free()
    #expect(source.report.liveBytes == 0)
  }

  @Test func stringsOfAFreedArenaTrap() async {
    let freed = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let arena = Arena(name: "request 9")
      let text = arena.string("x")
      arena.free()
      print(text)
    }
    let text = String(decoding: freed?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.contains("Belay: use of a string of the arena 'request 9' after it was freed"), "\(text)")
    await #expect(processExitsWith: .failure) {
      let text: ArenaString
      do { text = Arena().string("x") }
      // Another arena has taken its place.
      let other = Arena()
      _ = text == other.string("x")
    }
  }
}
