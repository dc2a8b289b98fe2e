/// A piece of memory that a `BucketAllocator` handed out.
@frozen
public struct MemoryBlock: @unchecked Sendable {
  /// The first byte.
  public let base: UnsafeMutableRawPointer
  /// How many bytes were asked for.
  public let byteCount: Int
  /// The alignment that was asked for.
  public let alignment: Int

  /// Describes a block; only allocators make them.
  @inlinable
  public init(base: UnsafeMutableRawPointer, byteCount: Int, alignment: Int) {
    self.base = base
    self.byteCount = byteCount
    self.alignment = alignment
  }
}
