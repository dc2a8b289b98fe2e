import Locks
import Synchronization
import Testing

@testable import BelayMemory

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Large blocks that go back in slices.
@Suite struct SweeperTests {
  private static let blockBytes = 10 << 20

  private func touchedBlock(_ allocator: SystemAllocator, more: Int = 100) throws -> MemoryBlock {
    let block = try allocator.allocate(byteCount: Self.blockBytes + more, alignment: 64)
    for offset in stride(from: 0, to: Self.blockBytes, by: 4096) {
      block.base.storeBytes(of: 1, toByteOffset: offset, as: UInt8.self)
    }
    return block
  }

  /// Whether the page at an address is mapped.
  private func isMapped(_ address: UnsafeMutableRawPointer) -> Bool {
    let page = Int(SystemPages.byteCount)
    let start = UnsafeMutableRawPointer(bitPattern: Int(bitPattern: address) & ~(page - 1))
    return msync(start, page, MS_ASYNC) == 0
  }

  @Test func slicesOnWrites() throws {
    let sweeper = Sweeper(mode: .onWrites, leastBytes: 1 << 20, sliceBytes: 1 << 20)
    let allocator = SystemAllocator(sweeper: sweeper)
    let block = try touchedBlock(allocator)
    allocator.deallocate(block)
    #expect(sweeper.report == (block.byteCount, 0))
    #expect(isMapped(block.base) && isMapped(block.base + block.byteCount - 1))
    var writes = 0
    while sweeper.report.waitingBytes > 0 {
      allocator.deallocate(try allocator.allocate(byteCount: 100, alignment: 8))
      writes += 1
    }
    #expect(writes == 11 && sweeper.report == (0, block.byteCount))
  }

  @Test func atOnce() throws {
    let sweeper = Sweeper(mode: .atOnce, leastBytes: 1 << 20)
    let allocator = SystemAllocator(sweeper: sweeper)
    let block = try touchedBlock(allocator)
    allocator.deallocate(block)
    #expect(sweeper.report == (0, block.byteCount))
  }

  @Test func inTheBackground() throws {
    let sweeper = Sweeper(leastBytes: 1 << 20)
    let allocator = SystemAllocator(sweeper: sweeper)
    for _ in 0..<4 {
      for _ in 0..<3 { allocator.deallocate(try touchedBlock(allocator)) }
      var turns = 0
      while sweeper.report.waitingBytes > 0, turns < 100_000 {
        usleep(100)
        turns += 1
      }
      #expect(sweeper.report.waitingBytes == 0)
    }
    #expect(sweeper.report.releasedBytes == 12 * (Self.blockBytes + 100))
  }

  @Test func modesChangeWhileSomethingWaits() throws {
    let sweeper = Sweeper(mode: .onWrites, leastBytes: 1 << 20)
    let allocator = SystemAllocator(sweeper: sweeper)
    allocator.deallocate(try touchedBlock(allocator))
    sweeper.mode = .atOnce
    #expect(sweeper.report.waitingBytes == 0)
    sweeper.mode = .onWrites
    allocator.deallocate(try touchedBlock(allocator))
    #expect(sweeper.report.waitingBytes > 0)
    sweeper.mode = .background
    while sweeper.report.waitingBytes > 0 { usleep(100) }
  }

  @Test func whoeverAddsTooMuchHelps() throws {
    let sweeper = Sweeper(mode: .onWrites, leastBytes: 1 << 20, mostBytes: 5 << 20)
    let allocator = SystemAllocator(sweeper: sweeper)
    for _ in 0..<5 {
      allocator.deallocate(try touchedBlock(allocator))
      #expect(sweeper.report.waitingBytes <= 5 << 20)
    }
  }

  @Test func cyclesAreNumberedAndTold() throws {
    let cycles = Box()
    SweepLog.observer = { cycles.append($0) }
    defer { SweepLog.observer = nil }
    let sweeper = Sweeper(mode: .onWrites, leastBytes: 1 << 20, sliceBytes: 1 << 20)
    let allocator = SystemAllocator(sweeper: sweeper)
    // Of a size that no other test has: theirs have cycles at the same time.
    let block = try touchedBlock(allocator, more: 228)
    allocator.deallocate(block)
    while sweeper.sweep() > 0 {}
    // Other tests of the process may have cycles of their own.
    let cycle = try #require(cycles.all.first { $0.kind == .block && $0.retiredBytes == block.byteCount })
    #expect(cycle.releasedBytes == block.byteCount && cycle.slices == 11 && cycle.number > 0)
    #expect(cycle.longestSlice > 0 && cycle.duration >= cycle.longestSlice && cycle.waitingBytes == 0)
    #expect("\(cycle)".hasPrefix("reclaim \(cycle.number) @"))
    #expect("\(cycle)".contains("s: block, 10.000->10.000->0.000 MiB, 4096.000 MiB goal, 11 slices, "))

    let domain = EpochDomain(batchCount: 10)
    domain.withPin {
      for _ in 0..<10 { domain.retire(byteCount: 77_777) {} }
      #expect(!cycles.all.contains { $0.kind == .batch })
    }
    domain.reclaim()
    let batch = try #require(cycles.all.first { $0.kind == .batch })
    #expect(batch.retiredBytes == 777_770 && batch.releasedBytes == 777_770 && batch.number > cycle.number)
  }

  private final class Box: @unchecked Sendable {
    // Sendable holds because the list is reached under the lock only.
    private let mutex = Mutex()
    private var cycles: [SweepCycle] = []
    func append(_ cycle: SweepCycle) { mutex.locked { cycles.append(cycle) } }
    var all: [SweepCycle] { mutex.locked { cycles } }
  }
}
