/// A run of pages of the Go heap, cut into objects of one size.
struct Span: BitwiseCopyable {
  /// The first address.
  var base: UInt64 = 0
  /// How many bytes objects take: behind them stand the runtime's own bits.
  var used: UInt64 = 0
  /// The size of an object.
  var objectSize: UInt64 = 0
  /// The copy of the span's memory; nil where it was not taken.
  var bytes: UnsafeRawPointer?
  /// Which objects were in use at the last sweep, a bit each; nil where it could not be read.
  var bits: UnsafePointer<UInt8>?
  /// The type of the only object of a large span.
  var largeType: UInt64 = 0
  /// The number of the first object, in the numbering of all objects that can hold pointers.
  var firstObject: UInt32 = 0
  var objectCount: UInt32 = 0
  /// Objects below this number are in use, whatever the bits say.
  var freeIndex: UInt32 = 0
  /// What an offset is multiplied with to divide it by the object size; 0 for a span of one object.
  var reciprocal: UInt32 = 0
  /// Whether its objects hold no pointers.
  var isNoScan = false
  /// Whether an object starts with the address of its type's record.
  var hasHeaders = false

  /// The number within the span of the object at an offset.
  @inline(__always)
  func index(_ offset: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: (offset &* UInt64(reciprocal)) >> 32) }

  /// Whether an object is in use.
  @inline(__always)
  func isAllocated(_ index: UInt32) -> Bool {
    if index < freeIndex { return true }
    guard let bits else { return false }
    return bits[Int(index >> 3)] >> (index & 7) & 1 != 0
  }
}
