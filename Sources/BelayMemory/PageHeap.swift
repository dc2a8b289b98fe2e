#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Runs of pages, cut from large reservations of address space.
///
/// An arena is 64 MiB of address space (or as much as one run needs) without memory behind it: pages get memory when they are touched, and
/// lose it when the run is given back. So a run from the heap is always zero, and its size costs nothing. Free runs are kept
/// by address and join their free neighbours; a run is taken from the free run that fits best. The heap has no lock of its own.
final class PageHeap {
  /// Bytes of a page of the heap; a multiple of the machine's.
  static let pageBytes = max(8192, Int(SystemPages.byteCount))
  /// Bytes of an arena, unless a run needs more.
  static let arenaBytes = 64 * 1024 * 1024

  /// A run of free pages.
  private struct FreeRun {
    var start: UInt
    var pages: Int
    var end: UInt { start + UInt(pages * PageHeap.pageBytes) }
  }

  /// Free runs by address.
  private var free: [FreeRun] = []
  private var arenas: [(start: UInt, byteCount: Int)] = []
  /// Bytes of address space reserved, bytes of runs handed out, and how many bytes have been given back to the system so far.
  private(set) var reservedBytes = 0
  private(set) var usedBytes = 0
  private(set) var releasedBytes = 0

  deinit {
    for arena in arenas { munmap(UnsafeMutableRawPointer(bitPattern: arena.start), arena.byteCount) }
  }

  /// A run of pages that are zero.
  ///
  /// - Complexity: Linear in the number of free runs.
  func allocate(pages: Int) throws(MemoryError) -> UnsafeMutableRawPointer {
    var best: Int?
    for index in free.indices where free[index].pages >= pages {
      if let found = best, free[found].pages <= free[index].pages { continue }
      best = index
    }
    if best == nil { best = try reserve(pages: pages) }
    guard let best else { throw .outOfMemory(byteCount: pages * Self.pageBytes) }
    let start = free[best].start
    if free[best].pages == pages {
      free.remove(at: best)
    } else {
      free[best].start += UInt(pages * Self.pageBytes)
      free[best].pages -= pages
    }
    usedBytes += pages * Self.pageBytes
    return UnsafeMutableRawPointer(bitPattern: start)!
  }

  /// Takes a run back, and gives its memory to the system.
  ///
  /// - Complexity: Linear in the number of touched pages and, for keeping the free runs in order, of free runs.
  func deallocate(_ base: UnsafeMutableRawPointer, pages: Int) {
    let byteCount = pages * Self.pageBytes
    release(base, byteCount: byteCount)
    usedBytes -= byteCount
    var run = FreeRun(start: UInt(bitPattern: base), pages: pages)
    var low = 0
    var high = free.count
    while low < high {
      let middle = (low + high) / 2
      if free[middle].start < run.start { low = middle + 1 } else { high = middle }
    }
    precondition(
      (low == free.count || run.end <= free[low].start) && (low == 0 || free[low - 1].end <= run.start),
      "Belay: pages were given back twice")
    if low < free.count, free[low].start == run.end {
      run.pages += free[low].pages
      free.remove(at: low)
    }
    if low > 0, free[low - 1].end == run.start {
      free[low - 1].pages += run.pages
    } else {
      free.insert(run, at: low)
    }
  }

  /// Gives the memory behind pages to the system; they are zero when they are touched again.
  func release(_ base: UnsafeMutableRawPointer, byteCount: Int) {
    let result = madvise(base, byteCount, MADV_DONTNEED)
    precondition(result == 0, "Belay: the system does not take pages back: \(errno)")
    releasedBytes += byteCount
  }

  /// The number of free runs, for tests.
  var freeRunCount: Int { free.count }

  private func reserve(pages: Int) throws(MemoryError) -> Int {
    let byteCount = max(Self.arenaBytes, pages * Self.pageBytes)
    // Room for the alignment to the heap's pages, which may be larger than the machine's.
    let mapped = byteCount + Self.pageBytes
    let base = mmap(nil, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    guard let base, base != MAP_FAILED else { throw .outOfMemory(byteCount: byteCount) }
    arenas.append((UInt(bitPattern: base), mapped))
    reservedBytes += mapped
    let page = UInt(Self.pageBytes)
    let start = (UInt(bitPattern: base) + page - 1) / page * page
    let run = FreeRun(start: start, pages: byteCount / Self.pageBytes)
    let index = free.firstIndex { $0.start > start } ?? free.count
    free.insert(run, at: index)
    return index
  }
}
