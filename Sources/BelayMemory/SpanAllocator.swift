import Locks

/// Blocks from a page heap of their own: those of up to 32 KiB are objects of spans, larger ones have pages of their own.
///
/// Everything is counted, by size class too; see `report`. A span that has become empty goes back to the page heap, and its memory to the
/// system. Any thread may use it; one lock guards it.
public final class SpanAllocator: BucketAllocator, @unchecked Sendable {
  // Sendable holds because all state is reached under the lock only.
  private let mutex = Mutex()
  private let heap = PageHeap()
  private var lists = Array(repeating: CentralList(), count: SizeClass.sizes.count)
  /// The span of each of its pages, by page number.
  private var spans: [UInt: Span] = [:]
  private var spanCounts = Array(repeating: 0, count: SizeClass.sizes.count)
  private var objectCounts = Array(repeating: 0, count: SizeClass.sizes.count)
  private var requestedBytes = 0
  private var largeCount = 0
  private var largeBytes = 0
  private var allocations = 0
  private var accounts: [WeakAccount] = []

  /// An account that lives as long as the maps that use it.
  private struct WeakAccount {
    weak var account: MemoryAccount?
  }

  /// The most bytes of pages in use at once; nil for no limit.
  public let limit: Int?

  /// Makes an allocator.
  ///
  /// - Parameter limit: The most bytes of pages that it has in use at once.
  public init(limit: Int? = nil) { self.limit = limit }

  /// See `BucketAllocator`.
  public func allocate(byteCount: Int, alignment: Int) throws(MemoryError) -> MemoryBlock {
    precondition(byteCount > 0 && alignment > 0 && alignment & (alignment - 1) == 0 && alignment <= PageHeap.pageBytes)
    return try mutex.locked { () throws(MemoryError) in
      let block =
        byteCount <= SizeClass.largest && alignment <= 4096
        ? try allocateSmall(byteCount, alignment) : try allocateLarge(byteCount, alignment)
      requestedBytes += byteCount
      allocations += 1
      return block
    }
  }

  private func allocateSmall(_ byteCount: Int, _ alignment: Int) throws(MemoryError) -> MemoryBlock {
    let sizeClass = SizeClass.index(forByteCount: byteCount, alignment: alignment)
    let span: Span
    if let present = lists[sizeClass].first {
      span = present
    } else {
      let pages = SizeClass.pageCount(of: sizeClass)
      span = Span(base: try takePages(pages), pages: pages, sizeClass: sizeClass)
      for page in 0..<pages { spans[Self.pageNumber(span.base) + UInt(page)] = span }
      lists[sizeClass].insert(span)
      spanCounts[sizeClass] += 1
    }
    let (object, isZero) = span.allocate()
    if span.isFull { lists[sizeClass].remove(span) }
    if !isZero { object.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount) }
    objectCounts[sizeClass] += 1
    return MemoryBlock(base: object, byteCount: byteCount, alignment: alignment)
  }

  private func allocateLarge(_ byteCount: Int, _ alignment: Int) throws(MemoryError) -> MemoryBlock {
    let base = try takePages(Self.pages(byteCount))
    largeCount += 1
    largeBytes += Self.pages(byteCount) * PageHeap.pageBytes
    return MemoryBlock(base: base, byteCount: byteCount, alignment: alignment)
  }

  private func takePages(_ pages: Int) throws(MemoryError) -> UnsafeMutableRawPointer {
    if let limit, heap.usedBytes + pages * PageHeap.pageBytes > limit {
      throw .outOfMemory(byteCount: pages * PageHeap.pageBytes)
    }
    return try heap.allocate(pages: pages)
  }

  /// See `BucketAllocator`.
  public func release(_ part: UnsafeMutableRawBufferPointer, of block: MemoryBlock) {
    guard Self.isLarge(block), let start = part.baseAddress else { return }
    precondition(
      start >= block.base && start + part.count <= block.base + block.byteCount,
      "Belay: a part that is not of the block")
    let first = SystemPages.roundUp(UInt(bitPattern: start))
    let end = SystemPages.roundDown(UInt(bitPattern: start + part.count))
    guard first < end, let pages = UnsafeMutableRawPointer(bitPattern: first) else { return }
    mutex.locked { heap.release(pages, byteCount: Int(end - first)) }
  }

  /// See `BucketAllocator`.
  public func deallocate(_ block: MemoryBlock) {
    mutex.locked {
      requestedBytes -= block.byteCount
      if Self.isLarge(block) {
        let pages = Self.pages(block.byteCount)
        heap.deallocate(block.base, pages: pages)
        largeCount -= 1
        largeBytes -= pages * PageHeap.pageBytes
        return
      }
      guard let span = spans[Self.pageNumber(block.base)] else {
        preconditionFailure("Belay: a block that is not of this allocator was given back")
      }
      let wasFull = span.isFull
      span.deallocate(block.base)
      objectCounts[span.sizeClass] -= 1
      if span.isEmpty {
        lists[span.sizeClass].remove(span)
        for page in 0..<span.pages { spans[Self.pageNumber(span.base) + UInt(page)] = nil }
        spanCounts[span.sizeClass] -= 1
        heap.deallocate(span.base, pages: span.pages)
      } else if wasFull {
        lists[span.sizeClass].insert(span)
      }
    }
  }

  /// An account of its own for a map, or for maps that belong together; the report lists it as long as it is in use.
  ///
  /// - Parameter name: What the report calls it.
  /// - Complexity: Linear in the number of accounts.
  public func account(_ name: String) -> MemoryAccount {
    let account = MemoryAccount(name, in: self)
    mutex.locked {
      accounts.removeAll { $0.account == nil }
      accounts.append(WeakAccount(account: account))
    }
    return account
  }

  /// What is in use.
  ///
  /// - Complexity: Linear in the number of size classes.
  public var report: MemoryReport {
    let uses = mutex.locked { accounts.compactMap(\.account) }.map(\.use)
    return mutex.locked {
      var classes: [MemoryReport.SizeClassUse] = []
      for (index, size) in SizeClass.sizes.enumerated() where spanCounts[index] > 0 {
        classes.append(
          MemoryReport.SizeClassUse(
            objectBytes: size, objects: objectCounts[index], spans: spanCounts[index],
            spanBytes: spanCounts[index] * SizeClass.pageCount(of: index) * PageHeap.pageBytes))
      }
      return MemoryReport(
        liveBytes: requestedBytes, pageBytes: heap.usedBytes, reservedBytes: heap.reservedBytes,
        releasedBytes: heap.releasedBytes, largeBlocks: largeCount, largeBytes: largeBytes, allocations: allocations,
        sizeClasses: classes, accounts: uses)
    }
  }

  private static func isLarge(_ block: MemoryBlock) -> Bool {
    block.byteCount > SizeClass.largest || block.alignment > 4096
  }
  private static func pages(_ byteCount: Int) -> Int { (byteCount + PageHeap.pageBytes - 1) / PageHeap.pageBytes }
  private static func pageNumber(_ address: UnsafeMutableRawPointer) -> UInt {
    UInt(bitPattern: address) / UInt(PageHeap.pageBytes)
  }
}
