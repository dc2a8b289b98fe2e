import Executables
import Foundation
import ProcessImage

/// The Go heap of an image: its spans, and a copy of what can hold pointers.
///
/// The copy is taken at once and everything is answered from it, so that answers agree with each other. From a core dump nothing is copied that
/// stands in one piece there.
final class Heap {
  static let pageShift: UInt64 = 13

  let spans: RawBuffer<Span>
  /// How many objects can hold pointers.
  let objectCount: Int
  /// How many bytes of spans are in use.
  let byteCount: UInt64
  /// How many bytes of that can hold pointers.
  let scannableBytes: UInt64
  /// How many bytes that the spans should have could not be read.
  let missingBytes: UInt64
  /// The finalizers and cleanups: the address of the record, and of the object.
  let specials: [(record: UInt64, object: UInt64)]
  private let image: ProcessImage
  private var blocks: [ByteBlock] = []
  private let lowest: UInt64
  private let chunkCount: UInt64
  private let chunks: RawBuffer<Int32>
  private let pages: RawBuffer<UInt32>

  private static let chunkShift: UInt64 = 26
  private static let pagesPerChunk = 1 << 13

  /// Reads the spans of the heap.
  /// - Parameters:
  ///   - list: Where the list of all spans stands: the address of their addresses, and how many there are.
  ///   - copiesAll: also copies what cannot hold pointers, so that a stopped process can go on.
  init(_ image: ProcessImage, _ types: TypeTable, list: UInt64, copiesAll: Bool) throws(ImageFailure) {
    self.image = image
    let layout = try StructLayout(types, "runtime.mspan")
    guard let start = image.pointer(list), let count = image.pointer(list &+ 8), count < 1 << 32,
      count > 0, layout.size < 1 << 16, let pointers = image.bytes(start, Int(count * 8))
    else {
      throw ImageFailure(
        "cannot read the Go heap", "its list of spans is not there or damaged",
        image.isLive ? "try again, or use --stop" : "give a whole core dump")
    }

    // All span records in a few system calls.
    let size = Int(layout.size)
    let records = RawBuffer<UInt8>(count: size * Int(count))
    let pieces = (0..<Int(count)).map { index in
      (
        address: pointers.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self) },
        target: UnsafeMutableRawBufferPointer(start: records.base + index * size, count: size)
      )
    }
    let unread = Set(image.read(pieces))
    let offsets = (
      base: Int(try layout.offset("startAddr")), pages: Int(try layout.offset("npages")),
      size: Int(try layout.offset("elemsize")), bits: Int(try layout.offset("allocBits")),
      spanClass: Int(try layout.offset("spanclass")), state: Int(try layout.offset("state")),
      count: Int(try layout.offset("nelems")), free: Int(try layout.offset("freeindex")),
      specials: Int(try layout.offset("specials"))
    )
    let countSize = Int(layout.size(of: "nelems"))
    let freeSize = Int(layout.size(of: "freeindex"))
    let largeType = layout.optional("largeType").map { Int($0) }
    func number(_ record: Int, _ offset: Int, _ width: Int) -> UInt64 {
      var cursor = ByteCursor(UnsafeRawBufferPointer(start: records.base + record * size, count: size), at: offset)
      return cursor.unsigned(size: width)
    }

    // Damaged records must not claim more memory than there is: what follows takes time and space for each page.
    let mapped = image.mappings.reduce(0) { $0 &+ $1.size }
    var found: [Span] = []
    var pageCounts: [UInt64] = []
    var bitAddresses: [UInt64] = []
    var specials: [(UInt64, UInt64)] = []
    var objects = 0
    var total: UInt64 = 0
    var scannable: UInt64 = 0
    for index in 0..<Int(count) where !unread.contains(index) {
      guard number(index, offsets.state, 1) == 1 else { continue }
      var span = Span()
      span.base = number(index, offsets.base, 8)
      let pages = number(index, offsets.pages, 8)
      span.objectSize = number(index, offsets.size, 8)
      span.objectCount = UInt32(clamping: number(index, offsets.count, countSize))
      span.freeIndex = UInt32(clamping: number(index, offsets.free, freeSize))
      guard span.objectSize > 0, pages > 0, pages < 1 << 35, span.base % 8192 == 0, span.base < 1 << 48,
        pages << Heap.pageShift <= mapped - total, span.objectCount > 0,
        span.objectSize <= (pages << Heap.pageShift) / UInt64(span.objectCount)
      else { continue }
      span.used = UInt64(span.objectCount) * span.objectSize
      span.isNoScan = number(index, offsets.spanClass, 1) & 1 != 0
      span.reciprocal =
        span.objectCount == 1 ? 0 : UInt32(truncatingIfNeeded: UInt64(UInt32.max) / span.objectSize + 1)
      if let largeType, !span.isNoScan {
        // Since Go 1.22: a large object's type stands in the span, one above 512 bytes starts with it, smaller ones have none.
        span.largeType = span.objectCount == 1 ? number(index, largeType, 8) : 0
        span.hasHeaders = span.largeType == 0 && span.objectSize > 512
      }
      span.firstObject = UInt32(objects)
      if !span.isNoScan {
        objects += Int(span.objectCount)
        scannable += pages << Heap.pageShift
      }
      guard objects < Int(Int32.max) else {
        throw ImageFailure(
          "cannot inspect the heap", "it has more than \(Int32.max) objects with pointers", "inspect a smaller process")
      }
      total += pages << Heap.pageShift
      let special = number(index, offsets.specials, 8)
      if special != 0 { specials.append((special, span.base)) }
      found.append(span)
      pageCounts.append(pages)
      bitAddresses.append(number(index, offsets.bits, 8))
    }
    byteCount = total
    scannableBytes = scannable
    objectCount = objects
    self.specials = specials

    let low = found.map(\.base).min() ?? 0
    lowest = low & ~((1 << Heap.chunkShift) - 1)
    let highest = zip(found, pageCounts).map { $0.base + $1 << Heap.pageShift }.max() ?? 0
    chunkCount = highest > lowest ? (highest - lowest + (1 << Heap.chunkShift) - 1) >> Heap.chunkShift : 0
    chunks = RawBuffer(count: Int(chunkCount))
    spans = RawBuffer(count: found.count + 1)
    // A chunk without a span shares the first run of the page table, which stays empty; so does the span of number 0.
    var used: Int32 = 1
    for (span, count) in zip(found, pageCounts) {
      let first = (span.base - lowest) >> Heap.chunkShift
      let last = (span.base + (count << Heap.pageShift) - 1 - lowest) >> Heap.chunkShift
      for chunk in first...last where chunks[Int(chunk)] == 0 {
        chunks[Int(chunk)] = used
        used += 1
      }
    }
    pages = RawBuffer(count: Int(used) * Heap.pagesPerChunk)
    for (number, (span, count)) in zip(found, pageCounts).enumerated() {
      for page in 0..<count {
        let distance = span.base - lowest + page << Heap.pageShift
        let chunk = Int(chunks[Int(distance >> Heap.chunkShift)])
        let place = Int(distance >> Heap.pageShift) & (Heap.pagesPerChunk - 1)
        pages[chunk * Heap.pagesPerChunk + place] = UInt32(number + 1)
      }
    }

    // The bits of what is in use, then the memory itself.
    let bitBytes = found.reduce(0) { $0 + Int(($1.objectCount + 7) / 8) }
    let unreadBits: Set<Int>
    var starts: [Int] = []
    let bits = RawBuffer<UInt8>(count: bitBytes)
    var position = 0
    for span in found {
      starts.append(position)
      position += Int((span.objectCount + 7) / 8)
    }
    unreadBits = Set(
      image.read(
        found.indices.map { index in
          (
            address: bitAddresses[index],
            target: UnsafeMutableRawBufferPointer(
              start: bits.base + starts[index], count: Int((found[index].objectCount + 7) / 8))
          )
        }))
    self.bits = bits
    var missing: UInt64 = 0
    for index in found.indices {
      if unreadBits.contains(index) {
        missing += found[index].used
      } else {
        found[index].bits = UnsafePointer(bits.base + starts[index])
      }
    }

    let wanted = found.indices.filter { copiesAll || !found[$0].isNoScan }
    var copied: [(Int, UInt64)] = []
    var length: UInt64 = 0
    for index in wanted {
      let size = pageCounts[index] << Heap.pageShift
      if let direct = image.bytes(at: found[index].base, count: Int(size)) {
        found[index].bytes = direct.baseAddress
      } else {
        copied.append((index, length))
        length += size
      }
    }
    if length > 0 {
      var failures: [Int] = []
      let block = try ByteBlock(count: Int(length)) { target in
        failures = image.read(
          copied.map { index, start in
            (
              address: found[index].base,
              target: UnsafeMutableRawBufferPointer(
                rebasing: target[Int(start)..<Int(start + pageCounts[index] << Heap.pageShift)])
            )
          })
      }
      blocks.append(block)
      for (index, start) in copied { found[index].bytes = block.bytes.baseAddress?.advanced(by: Int(start)) }
      for failure in failures { missing += pageCounts[copied[failure].0] << Heap.pageShift }
    }
    missingBytes = missing
    for (number, span) in found.enumerated() { spans[number + 1] = span }
  }

  private let bits: RawBuffer<UInt8>

  /// How many spans are in use. They are numbered from 1.
  var spanCount: Int { spans.count - 1 }

  /// The number of the span that holds an address; 0 if none does.
  @inline(__always)
  func span(at address: UInt64) -> Int {
    let distance = address &- lowest
    let chunk = distance >> Heap.chunkShift
    guard chunk < chunkCount else { return 0 }
    let run = Int(chunks.base[Int(chunk)])
    return Int(pages.base[run &* Heap.pagesPerChunk &+ Int(distance >> Heap.pageShift) & (Heap.pagesPerChunk &- 1)])
  }

  /// The object that holds an address and is in use.
  @inline(__always)
  func object(at address: UInt64) -> HeapObject? {
    let number = span(at: address)
    guard number != 0 else { return nil }
    let span = spans.base + number
    let offset = address &- span.pointee.base
    guard offset < span.pointee.used else { return nil }
    let index = span.pointee.index(offset)
    guard index < span.pointee.objectCount, span.pointee.isAllocated(index) else { return nil }
    return HeapObject(span: number, index: index)
  }

  /// The first address of an object.
  func address(_ object: HeapObject) -> UInt64 {
    spans[object.span].base + UInt64(object.index) * spans[object.span].objectSize
  }

  /// The object of a number.
  /// - Complexity: O(log *n*) in the number of spans
  func object(_ number: UInt32) -> HeapObject {
    let order = order
    var low = 0
    var high = order.count
    while low < high {
      let middle = (low + high) / 2
      if spans[Int(order[middle])].firstObject <= number { low = middle + 1 } else { high = middle }
    }
    let span = Int(order[low - 1])
    return HeapObject(span: span, index: number - spans[span].firstObject)
  }

  /// The spans with pointers by the number of their first object.
  private lazy var order: [UInt32] = (1...max(1, spanCount)).filter { $0 <= spanCount && !spans[$0].isNoScan }.map {
    UInt32($0)
  }

  /// Whether the copy is read. Without it all is read from the image, as the process has it now.
  var readsCopy = true

  /// The bytes at an address, from the copy; nil where no copy was taken, or where the copy is not read.
  func bytes(at address: UInt64, count: Int) -> UnsafeRawBufferPointer? {
    let number = span(at: address)
    guard readsCopy, number != 0, let start = spans[number].bytes else { return nil }
    let offset = address - spans[number].base
    guard count >= 0, offset + UInt64(count) <= spans[number].used else { return nil }
    return UnsafeRawBufferPointer(start: start + Int(offset), count: count)
  }

  /// A copy of memory, from the heap's copy where there is one.
  func read(_ address: UInt64, _ count: Int) -> [UInt8]? {
    if let bytes = bytes(at: address, count: count) { return Array(bytes) }
    return image.bytes(address, count)
  }

  /// An address in memory.
  func pointer(_ address: UInt64) -> UInt64? {
    if let bytes = bytes(at: address, count: 8) { return bytes.loadUnaligned(as: UInt64.self) }
    return image.pointer(address)
  }
}
