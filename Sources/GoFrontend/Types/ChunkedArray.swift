/// An array that grows without moving what it holds: one thread at a time appends, under a lock of the caller's, while others read elements whose index they got
/// after the append through that lock or another synchronisation.
final class ChunkedArray<Element: BitwiseCopyable>: @unchecked Sendable {
  // Unchecked: elements are written before their index is known to anybody else, and chunks never move.
  private static var chunkBits: Int { 12 }
  private static var chunkCount: Int { 1 << 16 }
  private let chunks: UnsafeMutablePointer<UnsafeMutablePointer<Element>?>
  private(set) var count = 0

  init() {
    chunks = .allocate(capacity: Self.chunkCount)
    chunks.initialize(repeating: nil, count: Self.chunkCount)
  }

  deinit {
    for index in 0..<((count >> Self.chunkBits) + 1) where index < Self.chunkCount { chunks[index]?.deallocate() }
    chunks.deallocate()
  }

  /// Adds an element at the end and gives its index.
  func append(_ element: Element) -> Int {
    let index = count
    let chunk = index >> Self.chunkBits
    precondition(chunk < Self.chunkCount, "more than 2^28 elements")
    if chunks[chunk] == nil { chunks[chunk] = .allocate(capacity: 1 << Self.chunkBits) }
    (chunks[chunk]! + (index & ((1 << Self.chunkBits) - 1))).initialize(to: element)
    count = index + 1
    return index
  }

  @inline(__always)
  func pointer(_ index: Int) -> UnsafeMutablePointer<Element> {
    // Unsafe: an index is handed out only after its chunk was allocated.
    chunks[index >> Self.chunkBits].unsafelyUnwrapped + (index & ((1 << Self.chunkBits) - 1))
  }

  @inline(__always)
  subscript(index: Int) -> Element { pointer(index).pointee }
}
