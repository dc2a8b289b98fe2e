import TestSupport
import Testing

@testable import BelayMemory

/// Page heap, spans and central lists.
@Suite struct SpanAllocatorTests {
  @Test func sizeClasses() {
    #expect(SizeClass.sizes.first == 16 && SizeClass.sizes.last == SizeClass.largest)
    #expect(zip(SizeClass.sizes, SizeClass.sizes.dropFirst()).allSatisfy { $0 < $1 })
    for byteCount in 1...SizeClass.largest {
      let index = SizeClass.index(forByteCount: byteCount, alignment: 1)
      guard SizeClass.sizes[index] >= byteCount, index == 0 || SizeClass.sizes[index - 1] < byteCount else {
        Issue.record("\(byteCount) is in the class of \(SizeClass.sizes[index])")
        return
      }
      if byteCount > 128, Double(SizeClass.sizes[index]) > Double(byteCount) * 1.25 {
        Issue.record("\(byteCount) wastes")
      }
    }
    for alignment in [16, 64, 256, 4096] {
      for byteCount in [1, 100, 1000, 10_000] {
        #expect(SizeClass.sizes[SizeClass.index(forByteCount: byteCount, alignment: alignment)] % alignment == 0)
      }
    }
  }

  /// Random allocations of all sizes: zero, aligned, apart from each other, and all gone at the end.
  @Test func randomBlocks() throws {
    for _ in 0..<4 {
      var random = SeededRandom()
      func next(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &random) }
      let allocator = SpanAllocator()
      var live: [(block: MemoryBlock, mark: UInt8)] = []
      var liveBytes = 0
      for step in 0..<4000 {
        if live.isEmpty || next(100) < (step < 2500 ? 60 : 35) {
          let byteCount = next(20) == 0 ? 1 + next(400_000) : 1 + next(next(2) == 0 ? 300 : 20_000)
          let block = try allocator.allocate(byteCount: byteCount, alignment: 1 << next(9))
          let bytes = UnsafeRawBufferPointer(start: block.base, count: byteCount)
          guard bytes.allSatisfy({ $0 == 0 }), UInt(bitPattern: block.base) % UInt(block.alignment) == 0 else {
            Issue.record("seed \(random.seed): a block is not zero or not aligned")
            return
          }
          let mark = UInt8(1 + next(255))
          block.base.initializeMemory(as: UInt8.self, repeating: mark, count: byteCount)
          live.append((block, mark))
          liveBytes += byteCount
        } else {
          let (block, mark) = live.swapRemove(at: next(live.count))
          let bytes = UnsafeRawBufferPointer(start: block.base, count: block.byteCount)
          guard bytes.allSatisfy({ $0 == mark }) else {
            Issue.record("seed \(random.seed): blocks overlap")
            return
          }
          allocator.deallocate(block)
          liveBytes -= block.byteCount
        }
        #expect(allocator.report.liveBytes == liveBytes)
      }
      for (block, _) in live { allocator.deallocate(block) }
      let report = allocator.report
      #expect(report.liveBytes == 0 && report.pageBytes == 0 && report.sizeClasses.isEmpty && report.largeBlocks == 0)
    }
  }

  @Test func pagesJoinTheirNeighbours() throws {
    let heap = PageHeap()
    let runs = try (1...20).map { try heap.allocate(pages: $0) }
    for index in stride(from: 0, to: 20, by: 2) { heap.deallocate(runs[index], pages: index + 1) }
    for index in stride(from: 1, to: 20, by: 2) { heap.deallocate(runs[index], pages: index + 1) }
    #expect(heap.freeRunCount == 1 && heap.usedBytes == 0)
    let large = try heap.allocate(pages: PageHeap.arenaBytes / PageHeap.pageBytes + 1)
    heap.deallocate(large, pages: PageHeap.arenaBytes / PageHeap.pageBytes + 1)
    #expect(heap.usedBytes == 0)
  }

  @Test func limitsAndParts() throws {
    let allocator = SpanAllocator(limit: 1 << 20)
    let block = try allocator.allocate(byteCount: 1 << 19, alignment: 64)
    #expect(throws: MemoryError.self) { try allocator.allocate(byteCount: 1 << 20, alignment: 64) }
    block.base.initializeMemory(as: UInt8.self, repeating: 7, count: 1 << 19)
    allocator.release(UnsafeMutableRawBufferPointer(start: block.base + 1000, count: 100_000), of: block)
    // Only whole pages within the part have gone.
    #expect(block.base.load(fromByteOffset: 999, as: UInt8.self) == 7)
    #expect(block.base.load(fromByteOffset: 1001, as: UInt8.self) == 7)
    #expect(block.base.load(fromByteOffset: 50_000, as: UInt8.self) == 0)
    #expect(block.base.load(fromByteOffset: 101_000, as: UInt8.self) == 7)
    allocator.deallocate(block)
    #expect(allocator.report.pageBytes == 0 && allocator.report.releasedBytes > 0)
  }

  @Test func blocksGivenBackTwiceTrap() async {
    await #expect(processExitsWith: .failure) {
      let allocator = SpanAllocator()
      let block = try allocator.allocate(byteCount: 100, alignment: 16)
      _ = try allocator.allocate(byteCount: 100, alignment: 16)
      allocator.deallocate(block)
      allocator.deallocate(block)
    }
    await #expect(processExitsWith: .failure) {
      let allocator = SpanAllocator()
      let block = try allocator.allocate(byteCount: 100_000, alignment: 16)
      allocator.deallocate(block)
      allocator.deallocate(block)
    }
  }

  @Test func systemBlocks() throws {
    for byteCount in [1, 100, 70_000, 1 << 20] {
      for alignment in [8, 64, 4096] {
        let block = try SystemAllocator.shared.allocate(byteCount: byteCount, alignment: alignment)
        #expect(UnsafeRawBufferPointer(start: block.base, count: byteCount).allSatisfy { $0 == 0 })
        #expect(UInt(bitPattern: block.base) % UInt(alignment) == 0)
        block.base.initializeMemory(as: UInt8.self, repeating: 1, count: byteCount)
        SystemAllocator.shared.release(UnsafeMutableRawBufferPointer(start: block.base, count: byteCount), of: block)
        SystemAllocator.shared.deallocate(block)
      }
    }
    #expect(throws: MemoryError.outOfMemory(byteCount: 1 << 60)) {
      try SystemAllocator.shared.allocate(byteCount: 1 << 60, alignment: 64)
    }
    #expect(MemoryError.outOfMemory(byteCount: 5).description == "no memory for a block of 5 bytes")
  }
}

extension Array {
  /// Removes an element by putting the last in its place.
  fileprivate mutating func swapRemove(at index: Int) -> Element {
    swapAt(index, count - 1)
    return removeLast()
  }
}
