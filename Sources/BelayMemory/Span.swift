/// A run of pages cut into equal objects of one size class, with a bit for each object that is handed out.
final class Span {
  let base: UnsafeMutableRawPointer
  let pages: Int
  let sizeClass: Int
  let objectBytes: Int
  let objectCount: Int
  private(set) var usedCount = 0
  /// A bit is set for each object in use.
  private var bitmap: [UInt64]
  /// No object below this one is free.
  private var hint = 0
  /// Objects from here on have never been handed out, and are zero.
  private var fresh = 0
  /// Where the span stands in the central list of its class; nil while it is full.
  var listIndex: Int?

  init(base: UnsafeMutableRawPointer, pages: Int, sizeClass: Int) {
    self.base = base
    self.pages = pages
    self.sizeClass = sizeClass
    objectBytes = SizeClass.sizes[sizeClass]
    objectCount = pages * PageHeap.pageBytes / objectBytes
    bitmap = Array(repeating: 0, count: (objectCount + 63) / 64)
  }

  var isFull: Bool { usedCount == objectCount }
  var isEmpty: Bool { usedCount == 0 }

  /// An object, and whether its bytes are known to be zero.
  func allocate() -> (object: UnsafeMutableRawPointer, isZero: Bool) {
    precondition(!isFull)
    var word = hint / 64
    while bitmap[word] == .max { word += 1 }
    let index = word * 64 + (~bitmap[word]).trailingZeroBitCount
    bitmap[word] |= 1 << UInt64(index % 64)
    hint = index + 1 < objectCount ? index + 1 : 0
    if hint == 0 || index < hint - 1 { hint = min(hint, index) }
    usedCount += 1
    let isZero = index >= fresh
    fresh = max(fresh, index + 1)
    return (base + index * objectBytes, isZero)
  }

  /// Takes an object back.
  func deallocate(_ object: UnsafeMutableRawPointer) {
    let offset = object - base
    precondition(
      offset >= 0 && offset % objectBytes == 0 && offset / objectBytes < objectCount,
      "Belay: not an object of this span")
    let index = offset / objectBytes
    let bit: UInt64 = 1 << UInt64(index % 64)
    precondition(bitmap[index / 64] & bit != 0, "Belay: an object was given back twice")
    bitmap[index / 64] &= ~bit
    hint = min(hint, index)
    usedCount -= 1
  }
}
