import Foundation

/// A fixed run of values outside of Swift's arrays, for what is looked at millions of times. Zero at the start; pages that stay zero take no memory.
final class RawBuffer<Element: BitwiseCopyable> {
  let base: UnsafeMutablePointer<Element>
  let count: Int
  private let bytes: Int

  init(count: Int) {
    self.count = count
    bytes = max(1, count) * MemoryLayout<Element>.stride
    guard let address = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0),
      address != MAP_FAILED
    else { fatalError("belay: cannot reserve \(bytes) bytes: \(String(cString: strerror(errno)))") }
    // Large pages where the system has them: these are read and written in no order.
    #if os(Linux)
      if bytes >= 1 << 22 { madvise(address, bytes, MADV_HUGEPAGE) }
    #endif
    base = address.bindMemory(to: Element.self, capacity: max(1, count))
  }

  subscript(index: Int) -> Element {
    @inline(__always) get { base[index] }
    @inline(__always) set { base[index] = newValue }
  }

  deinit { munmap(base, bytes) }
}
