import BelayMemory
import CBelay
import Testing

@testable import BelayBoundary

/// Memory that C is handed.
@Suite struct ForeignArenaTests {
  private struct Point: Equatable {
    var x: Double
    var y: Int32
  }

  @Test func arraysAndStringsLieInIt() throws {
    try ForeignArena.with { arena in
      let points = try arena.array([Point(x: 1, y: 2), Point(x: 3, y: 4)])
      #expect(points.count == 2 && points[1] == Point(x: 3, y: 4))
      points[0] = Point(x: 5, y: 6)
      #expect(points.pointer[0] == Point(x: 5, y: 6))
      #expect(UInt(bitPattern: points.pointer) % UInt(MemoryLayout<Point>.alignment) == 0)
      let text = try arena.string("Straße 🚲")
      #expect(text.utf8Count == "Straße 🚲".utf8.count && String(cString: text.pointer) == "Straße 🚲")
      #expect(String(text.cString) == "Straße 🚲")
      let empty = try arena.string("")
      #expect(empty.utf8Count == 0 && empty.pointer[0] == 0 && String(empty.cString) == "")
      let none = try arena.array([UInt64]())
      #expect(none.count == 0)
      let zeros = try arena.zeros(1000, of: UInt64.self)
      #expect((0..<1000).allSatisfy { zeros[$0] == 0 })
      let list = try arena.strings(["a", "", "ccc"])
      #expect(list.count == 3 && list.pointer[3] == nil)
      #expect((0..<3).map { list[$0].map { String(cString: $0) } } == ["a", "", "ccc"])
      #expect(arena.usedBytes > 8000)
    }
  }

  @Test func entriesOfAMapBecomeRows() throws {
    struct Row {
      var name: belay_string
      var age: Int
    }
    let ages = ["Ann": 30, "Bo": 40, "Cy": 50]
    let arena = ForeignArena()
    try arena.fill { arena in
      let rows = try arena.array(of: ages, as: Row.self) { entry, arena throws(MemoryError) in
        Row(name: try arena.string(entry.key).cString, age: entry.value)
      }
      var read: [String: Int] = [:]
      for index in 0..<rows.count { read[String(rows[index].name) ?? "no UTF-8"] = rows[index].age }
      #expect(read == ages)
    }
    arena.end()
  }

  @Test func memoryGoesWithTheArena() throws {
    let region = Arena(name: "counted")
    let freed = Counter()
    region.whenFreed { freed.add() }
    do {
      let arena = ForeignArena(region: region)
      _ = try arena.string("x").utf8Count
      #expect(freed.value == 0)
    }
    #expect(freed.value == 1 && region.wasFreed)
    let other = Arena(name: "given")
    other.whenFreed { freed.add() }
    let handle = try ForeignArena(region: other).handOver()
    #expect(freed.value == 1 && belay_arena_end(handle) == 0 && freed.value == 2)
    #expect(belay_arena_end(handle) == 2)
    var memory: UnsafeMutableRawPointer?
    #expect(belay_arena_allocate(handle, 1, 1, &memory) == 1 && memory == nil)
  }

  @Test func aFailureEndsIt() throws {
    struct Stop: Error {}
    let freed = Counter()
    let region = Arena(name: "failing")
    region.whenFreed { freed.add() }
    #expect(throws: Stop.self) {
      let arena = ForeignArena(region: region)
      _ = try arena.string("x").utf8Count
      throw Stop()
    }
    #expect(freed.value == 1)
    ForeignArena.with { arena in
      do throws(MemoryError) {
        _ = try arena.zeros(Int.max / 2, of: UInt64.self).count
        Issue.record("there is no such memory")
      } catch { #expect(error == MemoryError.outOfMemory(byteCount: .max)) }
    }
  }

  @Test func anEndMeetsAllocations() {
    for _ in 0..<100 {
      var handle: belay_handle = 0
      #expect(belay_arena_create("shared", &handle) == 0)
      let arena = handle
      let ended = Counter()
      Thread.run(4) { thread in
        if thread < 2 {
          for size in 1..<50 {
            var memory: UnsafeMutableRawPointer?
            let status = belay_arena_allocate(arena, size, 8, &memory)
            // Ended: nothing was handed out.
            #expect(status == 0 || (status == 1 && memory == nil))
          }
        } else if belay_arena_end(arena) == 0 {
          ended.add()
        }
      }
      #expect(ended.value == 1)
    }
  }

  @Test func stringsOfCAreChecked() {
    let bytes: [UInt8] = [0xFF, 0x41]
    bytes.withUnsafeBytes { bytes in
      let start = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
      #expect(String(belay_string(bytes: start, length: 2)) == nil)
      #expect(String(belay_string(bytes: start.map { $0 + 1 }, length: 1)) == "A")
    }
    #expect(String(belay_string(bytes: nil, length: 0)) == "")
  }
}
