import BelayMap
import BelayMemory
import Foundation
import StackTraces
import Testing

@testable import BelayObserve

/// A key whose hash the test can change while it is in a map.
private final class ShiftyKey: Hashable {
  var number: Int
  init(_ number: Int) { self.number = number }
  static func == (one: ShiftyKey, other: ShiftyKey) -> Bool { one === other }
  func hash(into hasher: inout Hasher) { hasher.combine(number) }
}

/// What a handler was told.
private final class Alarms {
  var all: [IntegrityAlarm] = []
}

struct IntegrityMonitorTests {
  private let alarms = Alarms()

  /// So many that not all of them can have the byte of their old hash again.
  private static func mapOfShiftyKeys() -> (map: BucketMap<ShiftyKey, Int>, keys: [ShiftyKey]) {
    let map = BucketMap<ShiftyKey, Int>()
    let keys = (0..<10).map { ShiftyKey($0) }
    for (index, key) in keys.enumerated() { map[key] = index }
    return (map, keys)
  }

  private func monitor(interval: Duration = .seconds(60)) -> IntegrityMonitor {
    IntegrityMonitor(interval: interval) { [alarms] in alarms.all.append($0) }
  }

  @Test func isSilentAboutASoundMapWhateverItDoes() {
    let monitor = monitor()
    let map = BucketMap<Int, Int>()
    monitor.watch(map, as: "numbers")
    for key in 0..<3_000 {
      map[key] = key
      if key % 3 == 0 { map[key / 2] = nil }
      if key % 97 == 0 { #expect(monitor.check().isEmpty) }
    }
    #expect(alarms.all.isEmpty)
  }

  @Test func raisesOneAlarmForAKeyThatChanged() {
    let monitor = monitor()
    let map = BucketMap<ShiftyKey, Int>()
    let keys = (0..<50).map { ShiftyKey($0) }
    for (index, key) in keys.enumerated() { map[key] = index }
    monitor.watch(map, as: "sessions")
    #expect(monitor.check().isEmpty)
    // Several: one alone can have the byte of its old hash again.
    for key in keys[10..<20] { key.number += 1000 }
    #expect(monitor.check().count == 1)
    #expect(monitor.check().count == 1)
    #expect(alarms.all.count == 1)
    #expect(alarms.all.first?.kind == .damagedMap)
    #expect(alarms.all.first?.description.hasPrefix("the map sessions is damaged: bucket") == true)
    for key in keys[10..<20] { key.number -= 1000 }
    #expect(monitor.check().isEmpty)
    for key in keys[10..<20] { key.number += 1000 }
    #expect(monitor.check().count == 1)
    #expect(alarms.all.count == 2)
  }

  @Test func letsGoOfMapsThatEnd() {
    let monitor = monitor()
    weak var ended: BucketMap<ShiftyKey, Int>?
    do {
      let (map, keys) = Self.mapOfShiftyKeys()
      monitor.watch(map, as: "short")
      for key in keys { key.number += 1000 }
      #expect(monitor.check().count == 1)
      ended = map
    }
    #expect(ended == nil)
    #expect(monitor.check().isEmpty)
  }

  @Test func raisesAnAlarmWhenAnAllocatorHoldsTooMuch() throws {
    let monitor = monitor()
    let allocator = SpanAllocator()
    var blocks = [try allocator.allocate(byteCount: 1000, alignment: 16)]
    monitor.watch(allocator, as: "session memory", limit: 3, slack: 500)
    blocks.append(try allocator.allocate(byteCount: 1000, alignment: 16))
    #expect(monitor.check().isEmpty)
    blocks.append(try allocator.allocate(byteCount: 1500, alignment: 16))
    #expect(
      monitor.check() == [
        IntegrityAlarm(
          kind: .allocationsGrew, subject: "session memory",
          detail: "3500 bytes, with a baseline of 1000 and a limit of 3.0 times")
      ])
    // What it holds now is the new baseline.
    #expect(monitor.check().isEmpty)
    blocks.forEach { allocator.deallocate($0) }
    #expect(monitor.check().isEmpty)
    #expect(alarms.all.count == 1)
  }

  @Test func checksOnlyWhenItIsDue() {
    let monitor = monitor(interval: .seconds(3600))
    let (map, keys) = Self.mapOfShiftyKeys()
    monitor.watch(map, as: "map")
    #expect(monitor.checkIfDue().isEmpty)
    for key in keys { key.number += 1000 }
    #expect(monitor.checkIfDue().isEmpty)
    #expect(monitor.check().count == 1)
  }

  @Test func noticesInstructionsThatAreOverwritten() throws {
    // A function of the C library that the test does not need, in memory of the test's own: its page is made writable for the moment of the hook.
    let name = "swab"
    let table = FunctionTable([name, "no_such_function_anywhere"])
    #expect(table.missing == ["no_such_function_anywhere"])
    #expect(table.changes().isEmpty)
    let function = try #require(ProcessSymbols.address(of: name))
    let pageBytes = Int(getpagesize())
    let page = try #require(UnsafeMutableRawPointer(bitPattern: UInt(bitPattern: function) & ~UInt(pageBytes - 1)))
    try #require(mprotect(page, pageBytes * 2, PROT_READ | PROT_WRITE | PROT_EXEC) == 0)
    defer { mprotect(page, pageBytes * 2, PROT_READ | PROT_EXEC) }
    let kept = function.load(as: UInt8.self)
    function.storeBytes(of: 0xe9, as: UInt8.self)
    let changes = table.changes()
    function.storeBytes(of: kept, as: UInt8.self)
    #expect(
      changes.map(\.description) == ["the function swab is not what it was: its first instructions were overwritten"])
    #expect(table.changes().isEmpty)
  }

  @Test func goesToThePolicyWithoutAHandler() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let (map, keys) = IntegrityMonitorTests.mapOfShiftyKeys()
      for key in keys { key.number += 1000 }
      let monitor = IntegrityMonitor()
      monitor.watch(map, as: "sessions")
      monitor.check()
    }
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.contains("Belay: the map sessions is damaged"))
  }
}
