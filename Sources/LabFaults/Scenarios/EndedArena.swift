import Belay
import CLab
import Glibc

extension FaultScenario {
  /// Scenario 14.
  static let endedArena = FaultScenario(
    number: 14, name: "ended-arena", title: "a map used after its arena ended",
    explanation: """
      A region of memory ends in one step, with all that lies in it. With a region of one's own a pointer into it goes on working, on memory that is somebody else's. An Arena knows that it ended, and so do its maps and strings.
      """,
    variants: [
      .fault("own-region", "a table in a block of malloc, used after the block was freed") { _ in
        let table = UnsafeMutablePointer<UInt64>.allocate(capacity: 8)
        for index in 0..<8 { table[index] = UInt64(index) + 1 }
        lab_watch(table)
        table.deallocate()
        let now = lab_watched(0)
        return Ending(
          .staleData, now == 1 ? "the table still reads 1, from freed memory" : "the table reads \(now), it was 1")
      },
      .defence("arena-look-up", "BucketMap in an Arena: a look-up after its end") { witness in
        let (arena, map) = filled()
        witness.picture("the map before its arena ended", map.svg(limit: 16))
        arena.free()
        return Ending(.staleData, "the map still finds \(map[1].map { "\($0)" } ?? "nothing")")
      },
      .defence("arena-write", "BucketMap in an Arena: a write after its end") { _ in
        let (arena, map) = filled()
        arena.free()
        map[1000] = 1
        return Ending(.staleData, "the write went through, \(map.count) entries")
      },
      .defence("arena-string", "ArenaString: read after the end of its arena") { _ in
        let arena = Arena(name: "request")
        let host = arena.string("example.org, as long as it takes to lie in the arena")
        arena.free()
        return Ending(.staleData, "it still reads '\(host.description)'")
      },
    ])

  private static func filled() -> (Arena, BucketMap<Int, Int>) {
    let arena = Arena(name: "request")
    let map = BucketMap<Int, Int>(arena: arena)
    for key in 0..<100 { map[key] = key }
    return (arena, map)
  }
}
