/// Why memory could not be had.
public enum MemoryError: Error, Equatable {
  /// The system, or the limit of an allocator, refused a block of this many bytes.
  case outOfMemory(byteCount: Int)
}

extension MemoryError: CustomStringConvertible {
  /// The failure as one sentence.
  public var description: String {
    switch self {
    case .outOfMemory(let byteCount): "no memory for a block of \(byteCount) bytes"
    }
  }
}
