import Executables
import ProcessImage

/// The heap of the GNU C library: which of its blocks are in use, and which are freed.
///
/// A heap is a row of chunks; each starts 16 bytes before the block that C sees and says how large it is. Whether a chunk is freed is told in three
/// places, and only all three together tell it:
/// - a chunk in a bin: the chunk behind it says that the one before is not in use;
/// - a chunk in a fast bin: it stands in a list that starts in its arena, and its neighbour says nothing;
/// - a chunk in a thread's cache: it stands in a list that starts in a block of the thread's own, and its neighbour says nothing.
///
/// The lists are linked by addresses that are mixed with the place where they stand (since glibc 2.32), or plain (before).
///
/// A list is believed only if all it leads to are chunks of the right size, so nothing that is in use is called freed because of memory that
/// merely looks like a list. Other C libraries and other allocators are not read: their memory counts as anonymous.
final class GlibcHeap {
  private let image: ProcessImage
  private var starts: [UInt64] = []
  private var sizes: [UInt64] = []
  private var states: [UInt8] = []
  private var lists: [String] = ["", "bin", "the free end of the heap"]
  /// The mappings that hold a heap.
  private var ranges: [Range<UInt64>] = []
  /// What could not be read, and what follows from it.
  private(set) var limitations: [String] = []

  /// The addresses of C's arenas that were found: the start of each `malloc_state`.
  private var arenas: Set<UInt64> = []

  // struct malloc_state: the fast bins stand at 16, the top chunk at 96, the next arena at 2160, in all releases from 2.26 on.
  private static let fastBins: UInt64 = 16
  private static let topChunk: UInt64 = 96
  private static let nextArena: UInt64 = 2160
  private static let arenaSize: UInt64 = 2200
  private static let subheapSize: UInt64 = 64 << 20
  private static let cacheSizes: Set<UInt64> = [0x250, 0x290]

  init(_ image: ProcessImage) {
    self.image = image
    var mainTop: UInt64?
    for mapping in image.mappings where mapping.isWritable && !mapping.isFile {
      if isMainHeap(mapping) {
        mainTop = walk(from: mapping.start, to: mapping.end, top: nil)
        ranges.append(mapping.start..<mapping.end)
      } else if mapping.path.isEmpty, mapping.start % GlibcHeap.subheapSize == 0 {
        walkSubheap(mapping)
      }
    }
    let order = starts.indices.sorted { starts[$0] < starts[$1] }
    starts = order.map { starts[$0] }
    sizes = order.map { sizes[$0] }
    states = order.map { states[$0] }
    if let mainTop { findMainArena(top: mainTop) }
    for arena in arenas { readFastBins(arena) }
    readCaches()
  }

  private func isMainHeap(_ mapping: Mapping) -> Bool {
    if mapping.path == "[heap]" { return true }
    // A core dump does not name the heap: it starts with the first thread's cache.
    guard mapping.path.isEmpty, image.pointer(mapping.start) == 0, let size = image.pointer(mapping.start + 8) else {
      return false
    }
    return GlibcHeap.cacheSizes.contains(size & ~7) && size & 7 == 1
  }

  /// A further heap of a thread's arena: at a multiple of 64 MiB, with a description at its start.
  private func walkSubheap(_ mapping: Mapping) {
    guard let arena = image.pointer(mapping.start), let size = image.pointer(mapping.start + 16),
      size > 0, size <= GlibcHeap.subheapSize, mapping.start + size <= mapping.end + 4096,
      let top = image.pointer(arena &+ GlibcHeap.topChunk)
    else { return }
    let end = min(mapping.start + size, mapping.end)
    // The description has 32 bytes, since 2.35 it has 48; in the first heap of an arena its state follows.
    let isFirst = arena > mapping.start && arena < mapping.start + 64
    for description: UInt64 in [0x20, 0x30] {
      let first = isFirst ? arena + GlibcHeap.arenaSize : mapping.start + description
      let start = (first + 15) & ~15
      let before = starts.count
      if walk(from: start, to: end, top: mapping.start..<end ~= top ? top : nil) != nil {
        if isFirst || arenas.contains(arena) || image.mapping(at: arena) != nil { arenas.insert(arena) }
        ranges.append(mapping.start..<end)
        return
      }
      starts.removeSubrange(before...)
      sizes.removeSubrange(before...)
      states.removeSubrange(before...)
    }
  }

  /// Walks the chunks of a heap. Returns the last one, which is the top if the heap is the last of its arena; nil if the row does not end well.
  private func walk(from start: UInt64, to end: UInt64, top: UInt64?) -> UInt64? {
    var address = start
    var previous: Int?
    let piece: UInt64 = 1 << 20
    var window: [UInt8] = []
    var windowStart: UInt64 = 0
    func word(_ place: UInt64) -> UInt64? {
      if place < windowStart || place + 8 > windowStart + UInt64(window.count) {
        windowStart = place & ~15
        window = image.bytes(windowStart, Int(min(piece, end - windowStart))) ?? []
      }
      let offset = Int(place - windowStart)
      return offset + 8 <= window.count
        ? window.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: UInt64.self) } : nil
    }
    while address + 16 <= end {
      guard let field = word(address + 8) else { return nil }
      let size = field & ~7
      // The end of a heap that has a successor is marked by tiny chunks.
      if size < 32 { return top == nil && end - address <= 4096 ? address : nil }
      guard size % 16 == 0, size <= end - address else { return nil }
      if let previous, field & 1 == 0 { states[previous] = 1 }
      if address == top || address + size == end {
        // The last chunk is what was never given out, and what was freed in front of that.
        starts.append(address)
        sizes.append(size)
        states.append(2)
        return address
      }
      previous = starts.count
      starts.append(address)
      sizes.append(size)
      states.append(0)
      address += size
    }
    return nil
  }

  /// The index of the chunk that holds an address.
  private func chunk(at address: UInt64) -> Int? {
    var low = 0
    var high = starts.count
    while low < high {
      let middle = (low + high) / 2
      if starts[middle] <= address { low = middle + 1 } else { high = middle }
    }
    guard low > 0, address < starts[low - 1] + sizes[low - 1] else { return nil }
    return low - 1
  }

  /// The index of the chunk whose block starts at an address.
  private func chunk(block: UInt64) -> Int? {
    guard block >= 16, let index = chunk(at: block - 16), starts[index] == block - 16 else { return nil }
    return index
  }

  /// The arena of the main heap stands in the C library's data: it is where the top chunk's address stands at the right place.
  private func findMainArena(top: UInt64) {
    for mapping in image.mappings where mapping.isWritable && mapping.size < 1 << 24 {
      // The data of libc stands in its file's mapping and the anonymous one behind it.
      guard mapping.path.contains("libc.so") || mapping.path.contains("libc-2") || mapping.path.isEmpty,
        let bytes = image.bytes(mapping.start, Int(mapping.size))
      else { continue }
      var offset = 0
      while offset + Int(GlibcHeap.arenaSize) <= bytes.count {
        let found = bytes.withUnsafeBytes {
          $0.loadUnaligned(fromByteOffset: offset + Int(GlibcHeap.topChunk), as: UInt64.self) == top
        }
        let arena = mapping.start + UInt64(offset)
        if found, let next = image.pointer(arena + GlibcHeap.nextArena), next == arena || arenas.contains(next) {
          arenas.insert(arena)
          return
        }
        offset += 8
      }
    }
    limitations.append(
      "the C library's main arena was not found: blocks that were freed into its fast bins count as in use")
  }

  private func readFastBins(_ arena: UInt64) {
    for bin in 0..<UInt64(10) {
      guard let first = image.pointer(arena + GlibcHeap.fastBins + bin * 8), first != 0 else { continue }
      // Fast bins link chunks, caches link blocks.
      follow(first &+ 16, size: 32 + bin * 16, limit: starts.count, name: "fast bin", linksChunks: true)
    }
  }

  private func readCaches() {
    for index in starts.indices where GlibcHeap.cacheSizes.contains(sizes[index]) && states[index] == 0 {
      let block = starts[index] + 16
      // 64 counts of two bytes (one byte before 2.30), then 64 lists.
      let width = sizes[index] == 0x290 ? 2 : 1
      guard let bytes = image.bytes(block, 64 * width + 512) else { continue }
      func count(_ bin: Int) -> Int {
        width == 1 ? Int(bytes[bin]) : Int(bytes[bin * 2]) | Int(bytes[bin * 2 + 1]) << 8
      }
      func list(_ bin: Int) -> UInt64 {
        bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: 64 * width + bin * 8, as: UInt64.self) }
      }
      let isCache = (0..<64).allSatisfy { bin in
        let first = list(bin)
        guard count(bin) > 0 else { return true }
        guard first != 0, let chunk = chunk(block: first) else { return false }
        return sizes[chunk] == UInt64(32 + bin * 16)
      }
      guard isCache else { continue }
      for bin in 0..<64 where count(bin) > 0 {
        follow(list(bin), size: UInt64(32 + bin * 16), limit: count(bin), name: "thread cache", linksChunks: false)
      }
    }
  }

  /// Follows a list of freed blocks as long as it leads to chunks of its size.
  private func follow(_ first: UInt64, size: UInt64, limit: Int, name: String, linksChunks: Bool) {
    let number: UInt8
    if let known = lists.firstIndex(of: name) {
      number = UInt8(known)
    } else {
      number = UInt8(lists.count)
      lists.append(name)
    }
    var block = first
    for _ in 0..<limit {
      guard let index = chunk(block: block), sizes[index] == size, states[index] == 0 else { return }
      states[index] = number
      guard let stored = image.pointer(block) else { return }
      func target(_ link: UInt64) -> UInt64 { linksChunks && link != 0 ? link &+ 16 : link }
      let mixed = target(stored ^ (block >> 12))
      if mixed == 0 { return }
      if let next = chunk(block: mixed), sizes[next] == size {
        block = mixed
      } else {
        block = target(stored)
      }
    }
  }

  /// What an address leads to; nil for an address outside of this heap.
  func target(_ address: UInt64) -> ForeignTarget? {
    guard ranges.contains(where: { $0.contains(address) }) else { return nil }
    guard let index = chunk(at: address) else { return .heapRest }
    if states[index] != 0 { return .freed(size: sizes[index] - 8, list: lists[Int(states[index])]) }
    return .block(size: sizes[index] - 8)
  }
}
