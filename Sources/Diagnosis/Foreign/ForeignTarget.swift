/// What an address outside of Go's memory leads to.
public enum ForeignTarget: Hashable, Sendable {
  /// Nothing is mapped there: a use is a crash.
  case unmapped
  /// A block of the C heap that is in use.
  case block(size: UInt64)
  /// A block of the C heap that was freed and not given out again.
  case freed(size: UInt64, list: String)
  /// A part of the C heap that belongs to no block.
  case heapRest
  /// A mapped file.
  case file(String)
  /// A thread's stack.
  case stack
  /// Other memory: mapped directly, or by another allocator.
  case anonymous
  /// A number that cannot be an address: a handle or a counter kept as a pointer.
  case number

  /// Whether a use of the address is a fault.
  public var isFault: Bool {
    switch self {
    case .unmapped, .freed: true
    default: false
    }
  }

  /// What it is, in words that count.
  public var kind: String {
    switch self {
    case .unmapped: "unmapped"
    case .block: "C heap, in use"
    case .freed: "C heap, freed"
    case .heapRest: "C heap, no block"
    case .file: "file"
    case .stack: "thread stack"
    case .anonymous: "anonymous memory"
    case .number: "not an address"
    }
  }
}
