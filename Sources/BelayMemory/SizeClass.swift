/// The sizes that spans are cut into: four steps for each power of two, from 16 bytes to 32 KiB, so that at most a fifth of an object is
/// waste.
enum SizeClass {
  /// The size of each class.
  static let sizes: [Int] = {
    var sizes: [Int] = []
    var step = 16
    var size = 16
    while size <= largest {
      sizes.append(size)
      if size >= step * 8 { step *= 2 }
      size += step
    }
    return sizes
  }()

  /// Beyond this a block has pages of its own.
  static let largest = 32 * 1024

  /// The class of the least size that holds a number of bytes at an alignment.
  static func index(forByteCount byteCount: Int, alignment: Int) -> Int {
    var low = 0
    var high = sizes.count - 1
    while low < high {
      let middle = (low + high) / 2
      if sizes[middle] >= byteCount { high = middle } else { low = middle + 1 }
    }
    // Objects lie at multiples of their size from the start of a page.
    while sizes[low] % alignment != 0 { low += 1 }
    return low
  }

  /// The pages of a span of a class: enough for at least eight objects, or 8 KiB.
  static func pageCount(of index: Int) -> Int {
    let bytes = max(sizes[index] * 8, PageHeap.pageBytes)
    return (bytes + PageHeap.pageBytes - 1) / PageHeap.pageBytes
  }
}
