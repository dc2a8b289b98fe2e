@_spi(Testing) import BelayMap
import Foundation
import Testing

/// What maps notice; one test at a time, as the policy belongs to the process.
@Suite(.serialized) struct MisuseTests {
  /// Runs a function with a handler, and returns what it was told.
  func noticed(_ body: () throws -> Void) rethrows -> [MapMisuse.Kind] {
    final class Log: @unchecked Sendable {
      let lock = NSLock()
      var kinds: [MapMisuse.Kind] = []
    }
    let log = Log()
    MisusePolicy.current = .handler { misuse in log.lock.withLock { log.kinds.append(misuse.kind) } }
    defer { MisusePolicy.current = .trap }
    try body()
    return log.lock.withLock { log.kinds }
  }

  @Test func writesWithinWrites() {
    let map: BucketMap<Int, Int> = [1: 1]
    let kinds = noticed {
      map.withMutableValue(forKey: 1) { value in
        map[2] = 2
        #expect(map[1] == nil)
        value = 5
      }
    }
    #expect(kinds == [.concurrentWrites, .concurrentReadAndWrite])
    #expect(map[1] == 5 && map[2] == nil && map.count == 1)
    map.checkInvariants()
  }

  @Test func writesDuringExclusiveAccess() {
    let map: BucketMap<Int, Int> = [1: 1]
    let kinds = noticed {
      map.withExclusiveAccess {
        map[2] = 2
        map.removeValue(forKey: 1)
        map.removeAll()
        map.withExclusiveAccess { #expect(map[1] == 1) }
        map.reserveCapacity(1000)
      }
    }
    #expect(kinds == Array(repeating: .writeDuringExclusiveAccess, count: 4))
    map[2] = 2
    #expect(map.count == 2)
  }

  @Test func iterationDuringAWrite() {
    let map: BucketMap<Int, Int> = [1: 1, 2: 2]
    let kinds = noticed {
      map.withMutableValue(forKey: 1) { _ in
        for _ in map { Issue.record("an entry was visited") }
        #expect(map.snapshot().isEmpty)
      }
    }
    #expect(kinds == [.concurrentIterationAndWrite, .concurrentIterationAndWrite])
  }

  @Test func keysWhoseHashChanges() {
    final class Changing: Hashable {
      var number: Int
      init(_ number: Int) { self.number = number }
      static func == (left: Changing, right: Changing) -> Bool { left.number == right.number }
      func hash(into hasher: inout Hasher) { hasher.combine(number) }
    }
    let map = BucketMap<Changing, Int>()
    let keys = (0..<14).map { Changing($0) }
    for key in keys { map[key] = key.number }
    // Several: one alone can have the byte of its old hash again.
    for (index, key) in keys[3..<9].enumerated() { key.number = 1000 + index }
    #expect(!map.validate().isEmpty)
    let kinds = noticed { for number in 14..<40 { map[Changing(number)] = number } }
    #expect(kinds.contains(.keyHashChanged) && Set(kinds).count == 1)
    #expect(map.count == 40)
  }

  @Test func nilMaps() {
    var map: BucketMap<String, Int>?
    #expect(map.count == 0 && map.isEmpty && map["a"] == nil && map.removeValue(forKey: "a") == nil)
    for _ in map.entries { Issue.record("an entry of a nil map") }
    map.removeAll()
    map["a"] = nil
    let kinds = noticed { map["a"] = 1 }
    #expect(kinds == [.nilMapWrite])
    map = BucketMap()
    map["a"] = 1
    #expect(map["a"] == 1 && map.count == 1)
  }

  @Test func writesFromTwoThreads() throws {
    struct Shared: @unchecked Sendable { let map: BucketMap<Int, Int> }
    // Two threads hold the map inside of writes of long duration: one of them must see the other.
    let shared = Shared(map: [1: 1])
    let kinds = noticed {
      let inside = DispatchSemaphore(value: 0)
      let tried = DispatchSemaphore(value: 0)
      let thread = Thread {
        shared.map.withMutableValue(forKey: 1) { _ in
          inside.signal()
          tried.wait()
        }
      }
      thread.start()
      inside.wait()
      shared.map[2] = 2
      tried.signal()
      while !thread.isFinished { Thread.sleep(forTimeInterval: 0.001) }
    }
    #expect(kinds == [.concurrentWrites])
    #expect(shared.map.count == 1)
  }

  @Test func trapsByDefault() async {
    await #expect(processExitsWith: .failure) {
      let map: BucketMap<Int, Int> = [1: 1]
      map.withMutableValue(forKey: 1) { _ in map[2] = 2 }
    }
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let map: BucketMap<String, Int>? = nil
      map["a"] = 1
    }
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.contains("write to a nil map: BucketMap<String, Int>?"), "\(text)")
  }
}
