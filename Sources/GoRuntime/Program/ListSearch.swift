import ProcessImage

/// Finds the runtime's lists of spans and of goroutines in a program without symbols: by what their members look like.
struct ListSearch {
  let image: ProcessImage
  /// The program's data that can hold pointers.
  private let data: [(start: UInt64, bytes: [UInt8])]

  init(_ image: ProcessImage, _ module: Module) {
    self.image = image
    data = [module.data, module.bss].compactMap { range in
      guard range.upperBound - range.lowerBound < 1 << 31 else { return nil }
      return image.bytes(range.lowerBound, range.count).map { (range.lowerBound, $0) }
    }
  }

  /// The longest list of addresses of which all that are looked at are right.
  /// - Parameter isRight: whether an address can be a member of the list; nil if it neither speaks for the list nor against it.
  private func list(of what: String, where isRight: (UInt64) -> Bool?) throws(ImageFailure) -> UInt64 {
    var best: (place: UInt64, count: UInt64)?
    for (start, bytes) in data {
      bytes.withUnsafeBytes { bytes in
        for offset in stride(from: 0, to: bytes.count - 23, by: 8) {
          func word(_ index: Int) -> UInt64 {
            bytes.loadUnaligned(fromByteOffset: offset + index * 8, as: UInt64.self)
          }
          let (first, count, capacity) = (word(0), word(1), word(2))
          guard count > best?.count ?? 0, capacity >= count, capacity < 1 << 32, first % 8 == 0, first > 4096,
            let mapping = image.mapping(at: first), mapping.isWritable, mapping.end - first >= count * 8
          else { continue }
          if isList(first, count, isRight) { best = (start &+ UInt64(offset), count) }
        }
      }
    }
    guard let best else {
      throw ImageFailure(
        "cannot read the Go runtime",
        "the program was stripped of its symbols, and no list in its data looks like its \(what)",
        "give the same build before it was stripped with --exe")
    }
    return best.place
  }

  private func isList(_ first: UInt64, _ count: UInt64, _ isRight: (UInt64) -> Bool?) -> Bool {
    var good = 0
    // Some from all over a long list; a list that grows while it is looked at has its last ones missing, not its first.
    let step = max(1, count / 32)
    var index: UInt64 = 0
    while index < count {
      guard let member = image.pointer(first &+ index * 8) else { return false }
      switch isRight(member) {
      case true: good += 1
      case false: return false
      default: break
      }
      index += step
    }
    return good > 0
  }

  /// Where the list of all spans stands.
  func spans(_ types: TypeTable) throws(ImageFailure) -> UInt64 {
    let layout = try StructLayout(types, "runtime.mspan")
    let (base, pages) = (try layout.offset("startAddr"), try layout.offset("npages"))
    let (size, count) = (try layout.offset("elemsize"), try layout.offset("nelems"))
    let (countSize, state) = (Int(clamping: layout.size(of: "nelems")), try layout.offset("state"))
    return try list(of: "spans") { span in
      guard span % 8 == 0, let status = image.value(span &+ state, as: UInt8.self), status <= 2 else { return false }
      guard status == 1 else { return nil }
      guard let start = image.pointer(span &+ base), let length = image.pointer(span &+ pages),
        let object = image.pointer(span &+ size), let raw = image.pointer(span &+ count)
      else { return false }
      let objects = countSize == 2 ? raw & 0xffff : countSize == 4 ? raw & 0xffff_ffff : raw
      return start != 0 && start % 8192 == 0 && (1..<1 << 35).contains(length) && object > 0 && objects > 0
        && object <= (length << Heap.pageShift) / objects && image.mapping(at: start) != nil
    }
  }

  /// Where the list of all goroutines stands.
  func goroutines(_ types: TypeTable) throws(ImageFailure) -> UInt64 {
    let layout = try StructLayout(types, "runtime.g")
    let bounds = try StructLayout(types, "runtime.stack")
    let stack = try layout.offset("stack")
    let (low, high) = (stack + (try bounds.offset("lo")), stack + (try bounds.offset("hi")))
    let (status, number) = (try layout.offset("atomicstatus"), try layout.offset("goid"))
    return try list(of: "goroutines") { goroutine in
      guard goroutine % 8 == 0, let state = image.value(goroutine &+ status, as: UInt32.self), state & ~0x1000 < 16,
        let id = image.pointer(goroutine &+ number), id != 0, id < 1 << 48,
        let start = image.pointer(goroutine &+ low), let end = image.pointer(goroutine &+ high)
      else { return false }
      // One that has ended may have given its stack back.
      if start == 0, end == 0 { return nil }
      return start < end && end - start <= 1 << 30 && image.mapping(at: start)?.isWritable == true
    }
  }
}
