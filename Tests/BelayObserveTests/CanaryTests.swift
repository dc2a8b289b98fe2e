import BelayMap
import BelayMemory
import Logging
import Synchronization
import Testing

@testable import BelayObserve

/// Words around blocks that nobody may change, and where alarms and cycles are written.
struct CanaryTests {
  /// Keeps what is logged.
  private final class Lines: Sendable {
    private let lines = Mutex<[String]>([])
    var all: [String] { lines.withLock { $0 } }
    func add(_ line: String) { lines.withLock { $0.append(line) } }
  }

  private struct KeepingHandler: LogHandler {
    let lines: Lines
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .trace
    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }
    func log(event: LogEvent) {
      let pairs = (event.metadata ?? [:]).map { "\($0.key)=\($0.value)" }.sorted().joined(separator: " ")
      lines.add("\(event.level) \(event.message) \(pairs)")
    }
  }

  private static func logger(_ lines: Lines) -> Logger {
    Logger(label: "test") { _ in KeepingHandler(lines: lines) }
  }

  @Test func aMapThatGrowsLeavesThemAlone() throws {
    let canaries = CanaryAllocator()
    do {
      let map = BucketMap<UInt64, UInt64>(allocator: canaries)
      for key in 0..<50_000 as Range<UInt64> {
        map[key] = key
        if key % 5 == 0 { map[key / 2] = nil }
        if key % 10_000 == 0 { #expect(canaries.damages().isEmpty) }
      }
      #expect(map.validate().isEmpty && canaries.damages().isEmpty)
    }
    #expect(canaries.damages().isEmpty)
  }

  @Test(arguments: [1, 7, 64, 1000, 100_000], [1, 16, 64, 4096])
  func blocksAreAlignedAndZero(byteCount: Int, alignment: Int) throws {
    let canaries = CanaryAllocator()
    let block = try canaries.allocate(byteCount: byteCount, alignment: alignment)
    #expect(UInt(bitPattern: block.base) % UInt(alignment) == 0 && block.byteCount == byteCount)
    let bytes = UnsafeMutableRawBufferPointer(start: block.base, count: byteCount)
    #expect(bytes.allSatisfy { $0 == 0 })
    bytes.initializeMemory(as: UInt8.self, repeating: 0xFF)
    #expect(canaries.damages().isEmpty)
    canaries.deallocate(block)
    #expect(canaries.damages().isEmpty)
  }

  @Test(arguments: [-64, -1, 100, 163])
  func aByteBeyondABlockIsNoticed(offset: Int) throws {
    let lines = Lines()
    let monitor = IntegrityMonitor(logger: Self.logger(lines))
    let canaries = CanaryAllocator()
    monitor.watch(canaries, as: "buffers")
    let block = try canaries.allocate(byteCount: 100, alignment: 16)
    let other = try canaries.allocate(byteCount: 100, alignment: 16)
    #expect(monitor.check().isEmpty)
    let place = block.base + offset
    place.storeBytes(of: ~place.load(as: UInt8.self), as: UInt8.self)
    let alarms = monitor.check()
    #expect(alarms.count == 1 && alarms[0].kind == .canaryOverwritten && alarms[0].subject == "buffers")
    let side = offset < 0 ? "before" : "behind"
    #expect(alarms[0].description.hasPrefix("buffers: the memory \(side) the block of 100 bytes at 0x"))
    // The same again is no new alarm; a block that goes back is remembered.
    #expect(monitor.check().count == 1)
    canaries.deallocate(block)
    canaries.deallocate(other)
    #expect(monitor.check() == alarms && lines.all.count == 1)
    #expect(lines.all[0].hasPrefix("critical buffers: the memory \(side)"))
    #expect(lines.all[0].hasSuffix("kind=canaryOverwritten subject=buffers"))
  }

  @Test func cyclesAreLogged() async throws {
    // In a process of its own: there is one observer in each.
    let result = await #expect(processExitsWith: .success, observing: [\.standardOutputContent]) {
      let lines = Lines()
      SweepLog.log(to: CanaryTests.logger(lines), level: .info)
      let cycle = SweepLog.begin(.block, bytes: 1 << 20)
      SweepLog.released(cycle, bytes: 1 << 20)
      SweepLog.end(cycle)
      for line in lines.all { print(line) }
    }
    let text = String(decoding: result?.standardOutputContent ?? [], as: UTF8.self)
    #expect(text.contains("info reclaim 1 @"))
    #expect(text.contains("kind=block") && text.contains("retired=1048576") && text.contains("slices=1"))
  }
}
