import BelayMap
import BelayMemory
import Foundation
import PprofFormat
import Testing

@testable import BelayObserve

struct ProfilingAllocatorTests {
  @Test func countsEveryBlockWhenAskedTo() throws {
    let profiler = ProfilingAllocator(samplingBytes: 1)
    let first = try profiler.allocate(byteCount: 100, alignment: 16)
    let second = try profiler.allocate(byteCount: 300, alignment: 16)
    profiler.deallocate(first)
    let total = profiler.profile().total
    #expect(total.allocatedBlocks == 2)
    #expect(total.allocatedBytes == 400)
    #expect(total.liveBlocks == 1)
    #expect(total.liveBytes == 300)
    profiler.deallocate(second)
    #expect(profiler.profile().total.liveBytes == 0)
  }

  @Test func followsPartsThatGoBack() throws {
    let profiler = ProfilingAllocator(samplingBytes: 1)
    let block = try profiler.allocate(byteCount: 1 << 20, alignment: 4096)
    profiler.release(UnsafeMutableRawBufferPointer(start: block.base, count: 1 << 19), of: block)
    #expect(profiler.profile().total.liveBytes == Double(1 << 19))
    #expect(profiler.profile().total.liveBlocks == 1)
    profiler.deallocate(block)
    #expect(profiler.profile().total.liveBytes == 0)
    #expect(profiler.profile().total.liveBlocks == 0)
  }

  /// What a map holds is what the profile says, at every moment of its growth.
  @Test func followsAMapThatGrowsAndEnds() {
    let counting = CountingAllocator()
    let profiler = ProfilingAllocator(counting, samplingBytes: 1)
    var map: BucketMap<Int, Int>? = BucketMap(allocator: profiler)
    for key in 0..<20_000 {
      map?[key] = key
      if key % 1000 == 0 { #expect(profiler.profile().total.liveBlocks == Double(counting.blocks)) }
    }
    #expect(profiler.profile().total.allocatedBlocks == Double(counting.allocations))
    map = nil
    #expect(profiler.profile().total.liveBytes == 0)
  }

  /// A sample's sums are those of all blocks, but for what chance explains.
  @Test func estimatesWhatWasAllocated() throws {
    let profiler = ProfilingAllocator(samplingBytes: 4096)
    var blocks: [MemoryBlock] = []
    for index in 0..<20_000 {
      blocks.append(try profiler.allocate(byteCount: [64, 640, 6400][index % 3], alignment: 16))
    }
    let bytes = blocks.reduce(0) { $0 + $1.byteCount }
    // With 11 600 expected samples the standard deviation is below 1.5 %: six of them are no accident.
    let total = profiler.profile().total
    #expect(abs(total.liveBytes / Double(bytes) - 1) < 0.09)
    #expect(abs(total.liveBlocks / Double(blocks.count) - 1) < 0.25)
    blocks.forEach { profiler.deallocate($0) }
    #expect(abs(profiler.profile().total.liveBytes) < 1)
  }

  @Test func takesBlocksFromManyThreads() async throws {
    let profiler = ProfilingAllocator(samplingBytes: 1)
    await withTaskGroup(of: Void.self) { group in
      for thread in 0..<4 {
        group.addTask {
          let map = BucketMap<Int, Int>(allocator: profiler)
          for key in 0..<5_000 { map[key * 4 + thread] = key }
          map.removeAll()
        }
      }
    }
    let total = profiler.profile().total
    #expect(total.liveBytes == 0)
    #expect(total.liveBlocks == 0)
    #expect(total.allocatedBlocks > 4)
  }

  @Test func writesWhatPprofReads() throws {
    let profiler = ProfilingAllocator(samplingBytes: 1)
    let map = mapOfTheProfileTest(profiler)
    let message = try PprofProfile(serializedBytes: profiler.profile().encoded())
    #expect(message.stringTable.first?.isEmpty == true)
    #expect(
      message.sampleType.map { message.stringTable[Int($0.type)] } == [
        "alloc_objects", "alloc_space", "inuse_objects", "inuse_space",
      ])
    let names = Set(message.function.map { message.stringTable[Int($0.name)] })
    #expect(names.contains { $0.contains("mapOfTheProfileTest") })
    for sample in message.sample {
      #expect(sample.value.count == 4)
      for id in sample.locationID { #expect(message.location.contains { $0.id == id }) }
    }
    #expect(map.count == 5_000)
  }

  @Test func saysWhyItCannotWrite() {
    let profile = ProfilingAllocator().profile()
    #expect(throws: ProfileError.cannotWrite("/does/not/exist/maps.pb", reason: "No such file or directory")) {
      try profile.write(to: "/does/not/exist/maps.pb")
    }
  }

  @Test(.enabled(if: goRoot != nil, "set BELAY_TEST_GOROOT to a Go distribution to run this"))
  func isOpenedByGoToolPprof() throws {
    let profiler = ProfilingAllocator(samplingBytes: 1)
    let map = mapOfTheProfileTest(profiler)
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("belay-\(UUID().uuidString).pb").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try profiler.profile().write(to: path)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(goRoot) + "/bin/go")
    process.arguments = ["tool", "pprof", "-top", "-cum", "-sample_index=inuse_space", path]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    #expect(text.contains("Type: inuse_space"))
    #expect(text.contains("mapOfTheProfileTest"))
    #expect(map.count == 5_000)
  }
}

private let goRoot = ProcessInfo.processInfo.environment["BELAY_TEST_GOROOT"]

@inline(never)
private func mapOfTheProfileTest(_ profiler: ProfilingAllocator) -> BucketMap<Int, Int> {
  let map = BucketMap<Int, Int>(allocator: profiler)
  for key in 0..<5_000 { map[key] = key }
  return map
}

/// Counts what it hands out.
private final class CountingAllocator: BucketAllocator, @unchecked Sendable {
  // Sendable holds because the test uses it on one thread.
  private(set) var allocations = 0
  private(set) var blocks = 0

  func allocate(byteCount: Int, alignment: Int) throws(MemoryError) -> MemoryBlock {
    allocations += 1
    blocks += 1
    return try SystemAllocator.shared.allocate(byteCount: byteCount, alignment: alignment)
  }

  func release(_ part: UnsafeMutableRawBufferPointer, of block: MemoryBlock) {
    SystemAllocator.shared.release(part, of: block)
  }

  func deallocate(_ block: MemoryBlock) {
    blocks -= 1
    SystemAllocator.shared.deallocate(block)
  }
}
