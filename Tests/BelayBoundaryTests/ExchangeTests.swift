import BelayMap
import BelayMemory
import CBelay
import Testing

@testable import BelayBoundary

/// Maps to C and back.
@Suite struct ExchangeTests {
  /// What C would declare.
  private struct Row {
    var name: belay_string
    var age: Int64
  }

  private static func row(
    _ entry: (key: String, value: Int64), _ arena: borrowing ForeignArena
  ) throws(MemoryError) -> Row {
    Row(name: try arena.string(entry.key).cString, age: entry.value)
  }

  private static func entry(_ row: Row) -> (key: String, value: Int64)? {
    String(row.name).map { (key: $0, value: row.age) }
  }

  private static func ages(_ count: Int) -> [String: Int64] {
    Dictionary(uniqueKeysWithValues: (0..<count).map { ("name number \($0)", Int64($0)) })
  }

  private static func read(_ rows: UnsafeRawPointer?, _ count: Int) -> [String: Int64] {
    let rows = UnsafeBufferPointer(start: rows?.assumingMemoryBound(to: Row.self), count: count)
    return Dictionary(uniqueKeysWithValues: rows.compactMap { entry($0).map { ($0.key, $0.value) } })
  }

  @Test(arguments: [0, 1, 15, 3000]) func anExportIsCsAndIsFreedOnce(count: Int) throws {
    let ages = Self.ages(count)
    let map = BucketMap<String, Int64>()
    for (name, age) in ages { map[name] = age }
    let export = try ForeignExport<Row>(map, Self.row)
    #expect(export.count == count && export.withRows { $0.count } == count)
    var given = try export.handOver()
    // A copy of the entries, whatever becomes of the map.
    map.removeAll()
    #expect(given.count == count && given.entry_size == MemoryLayout<Row>.stride && given.entries != nil)
    #expect(Self.read(given.entries, given.count) == ages)
    var copy = given
    #expect(belay_export_free(&given) == 0 && given.entries == nil && given.count == 0)
    #expect(belay_export_free(&given) == 0 && belay_export_free(&copy) == 2)
    let concurrent = ConcurrentMap<String, Int64>()
    for (name, age) in ages { concurrent.store(age, forKey: name) }
    let other = try ForeignExport<Row>(concurrent, Self.row)
    #expect(other.withRows { Self.read($0.baseAddress, $0.count) } == ages)
  }

  @Test(arguments: [0, 1, 7, 8, 1000]) func aStreamHasOneBatchAtATime(count: Int) throws {
    let ages = Self.ages(count)
    var read: [String: Int64] = [:]
    var batches: [Int] = []
    let sent = try ForeignExport<Row>.stream(ages, batch: 8, Self.row) { rows in
      batches.append(rows.count)
      read.merge(Self.read(rows.baseAddress, rows.count)) { one, _ in one }
      return true
    }
    #expect(sent == count && read == ages)
    #expect(batches.dropLast().allSatisfy { $0 == 8 } && batches.count == (count + 7) / 8 && !batches.contains(0))
    let concurrent = ConcurrentMap<String, Int64>()
    for (name, age) in ages { concurrent.store(age, forKey: name) }
    var calls = 0
    let stopped = try ForeignExport<Row>.stream(concurrent, batch: 8, Self.row) { _ in
      calls += 1
      return calls < 2
    }
    #expect(stopped == min(count, 16) && calls == min((count + 7) / 8, 2))
  }

  @Test func entriesComeBack() throws {
    let ages = Self.ages(500)
    let export = try ForeignExport<Row>(ages, Self.row)
    let map = BucketMap<String, Int64>()
    let concurrent = ConcurrentMap<String, Int64>()
    export.withRows { rows in
      let rows = UnsafeBufferPointer(rows)
      #expect(map.insertEntries(rows) { Self.entry($0) } == 500)
      #expect(concurrent.insertEntries(rows) { $0.age % 2 == 0 ? Self.entry($0) : nil } == 250)
    }
    #expect(map.count == 500 && map.allSatisfy { ages[$0.key] == $0.value })
    #expect(concurrent.snapshot() == ages.filter { $0.value % 2 == 0 })
    struct Bad: Error {}
    #expect(throws: Bad.self) {
      try export.withRows { rows in try concurrent.insertEntries(UnsafeBufferPointer(rows)) { _ in throw Bad() } }
    }
  }

  @Test func entriesComeInBatches() {
    var next = 0
    func fill(_ room: UnsafeMutableBufferPointer<Int32>) -> Int {
      let count = min(room.count, 25 - next)
      for index in 0..<count { room[index] = Int32(next + index) }
      next += count
      return count
    }
    let map = BucketMap<Int32, Int32>()
    #expect(map.insertEntries(batch: 10, from: fill) { (key: $0, value: $0 * 2) } == 25)
    #expect(map.count == 25 && (0..<25).allSatisfy { map[$0] == $0 * 2 })
    next = 20
    let concurrent = ConcurrentMap<Int32, Int32>()
    #expect(concurrent.insertEntries(batch: 2, from: fill) { (key: $0, value: 1) } == 5)
    #expect(concurrent.count == 5)
  }

  @Test func cAsksASwiftMap() throws {
    let ages = Self.ages(100)
    let map = ConcurrentMap<String, Int64>()
    for (name, age) in ages { map.store(age, forKey: name) }
    let exchange = try ForeignMap(map, as: Row.self, export: Self.row, import: Self.entry)
    let size = MemoryLayout<Row>.stride
    var count = 0
    #expect(belay_map_count(exchange.handle, &count) == 0 && count == 100)
    var export = belay_export()
    #expect(belay_map_export(exchange.handle, size, &export) == 0)
    #expect(Self.read(export.entries, export.count) == ages)
    // And the other way, into another map.
    let second = ConcurrentMap<String, Int64>()
    let mirror = try ForeignMap(second, as: Row.self, export: Self.row, import: Self.entry)
    #expect(belay_map_import(mirror.handle, export.entries, size, export.count, &count) == 0 && count == 100)
    #expect(second.snapshot() == ages)
    #expect(belay_export_free(&export) == 0)
    final class Sum { var rows = 0, batches = 0, most = Int.max }
    let sum = Sum()
    let receive: belay_receive = { _, count, context in
      let sum = Unmanaged<Sum>.fromOpaque(context!).takeUnretainedValue()
      sum.rows += count
      sum.batches += 1
      return sum.batches < sum.most ? 0 : 1
    }
    withExtendedLifetime(sum) {
      let context = Unmanaged.passUnretained(sum).toOpaque()
      #expect(belay_map_stream(exchange.handle, size, 30, receive, context) == 0)
      #expect(sum.rows == 100 && sum.batches == 4)
      sum.most = 5
      #expect(belay_map_stream(exchange.handle, size, 30, receive, context) == 18 && sum.rows == 130)
    }
  }

  @Test func whatAMapRefuses() throws {
    let map = ConcurrentMap<String, Int64>()
    var count = 0
    var export = belay_export()
    let receive: belay_receive = { _, _, _ in 0 }
    let size = MemoryLayout<Row>.stride
    let handle: belay_handle
    do {
      let exchange = try ForeignMap(map, as: Row.self, export: Self.row)
      handle = exchange.handle
      #expect(belay_map_import(handle, nil, size, 0, &count) == 17)
      #expect(belay_map_import(handle, nil, size, 1, &count) == 10)
      #expect(belay_map_export(handle, size + 8, &export) == 10 && belay_map_export(handle, size, nil) == 10)
      #expect(
        belay_map_stream(handle, 1, 1, receive, nil) == 10 && belay_map_stream(handle, size, 0, receive, nil) == 10)
      #expect(belay_map_count(handle, nil) == 10)
      // A map of Swift is no container of C.
      #expect(belay_stream_items(handle, 8, 1, { _, _, _, _ in 0 }, receive, nil) == 3)
      withExtendedLifetime(exchange) {}
    }
    #expect(belay_map_count(handle, &count) == 1 && belay_map_export(handle, size, &export) == 1)
    #expect(belay_map_count(0, &count) == 4 && belay_map_stream(handle, size, 1, receive, nil) == 1)
  }
}
