import Foundation

/// A first-in first-out queue of plain values, for millions of them.
///
/// It lives behind a pointer that never changes, so that its use costs none of the checks that Swift makes for a class's properties.
struct RawQueue<Element: BitwiseCopyable> {
  private var base: UnsafeMutablePointer<Element>
  private var head = 0
  private var end = 0
  private var capacity = 1024

  private init() { base = UnsafeMutablePointer<Element>.allocate(capacity: capacity) }

  /// An empty queue. It is given back with ``free(_:)``.
  static func make() -> UnsafeMutablePointer<RawQueue> {
    let place = UnsafeMutablePointer<RawQueue>.allocate(capacity: 1)
    place.initialize(to: RawQueue())
    return place
  }

  static func free(_ queue: UnsafeMutablePointer<RawQueue>) {
    queue.pointee.base.deallocate()
    queue.deinitialize(count: 1)
    queue.deallocate()
  }

  var isEmpty: Bool { head == end }

  @inline(__always)
  mutating func append(_ element: Element) {
    if end == capacity { makeRoom() }
    base[end] = element
    end += 1
  }

  @inline(__always)
  mutating func takeFirst() -> Element {
    let element = base[head]
    head += 1
    if head == end { (head, end) = (0, 0) }
    return element
  }

  @inline(never)
  private mutating func makeRoom() {
    if head > capacity / 2 {
      // The front is free: move the rest there.
      base.update(from: base + head, count: end - head)
      (head, end) = (0, end - head)
      return
    }
    let larger = UnsafeMutablePointer<Element>.allocate(capacity: capacity * 2)
    larger.update(from: base + head, count: end - head)
    base.deallocate()
    (base, head, end, capacity) = (larger, 0, end - head, capacity * 2)
  }
}
