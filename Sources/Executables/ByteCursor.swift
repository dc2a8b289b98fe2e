/// Reads little-endian values from bytes, never beyond their end.
///
/// A read beyond the end gives zero and sets ``isExhausted``, and each later read gives zero as well. A loop over a cursor therefore ends
/// if it asks for `isExhausted`; no read needs an error path of its own.
///
/// The bytes must outlive the cursor; the owner of a cursor keeps their ``ByteBlock``.
public struct ByteCursor {
  /// The bytes that are read.
  public let bytes: UnsafeRawBufferPointer
  /// Where the next read starts.
  public private(set) var offset: Int
  /// Whether a read went beyond the end.
  public private(set) var isExhausted = false

  /// A cursor at an offset.
  public init(_ bytes: UnsafeRawBufferPointer, at offset: Int = 0) {
    self.bytes = bytes
    if offset >= 0, offset <= bytes.count {
      self.offset = offset
    } else {
      self.offset = bytes.count
      isExhausted = true
    }
  }

  /// Whether nothing is left to read.
  public var isAtEnd: Bool { isExhausted || offset >= bytes.count }

  @inline(__always)
  private mutating func take<T: FixedWidthInteger>(_: T.Type) -> T {
    let size = MemoryLayout<T>.size
    guard size <= bytes.count - offset, !isExhausted else {
      isExhausted = true
      return 0
    }
    let value = bytes.loadUnaligned(fromByteOffset: offset, as: T.self)
    offset += size
    return T(littleEndian: value)
  }

  /// One byte.
  @inline(__always) public mutating func u8() -> UInt8 { take(UInt8.self) }
  /// Two bytes.
  public mutating func u16() -> UInt16 { take(UInt16.self) }
  /// Four bytes.
  public mutating func u32() -> UInt32 { take(UInt32.self) }
  /// Eight bytes.
  public mutating func u64() -> UInt64 { take(UInt64.self) }

  /// Three bytes.
  public mutating func u24() -> UInt32 { UInt32(u16()) | UInt32(u8()) << 16 }

  /// A number of one, two, four or eight bytes.
  public mutating func unsigned(size: Int) -> UInt64 {
    switch size {
    case 1: return UInt64(u8())
    case 2: return UInt64(u16())
    case 4: return UInt64(u32())
    case 8: return u64()
    default:
      isExhausted = true
      return 0
    }
  }

  /// An unsigned number in the variable-length form of DWARF. Bits beyond 64 are dropped.
  @inline(__always)
  public mutating func uleb() -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while true {
      let byte = u8()
      if shift < 64 { value |= UInt64(byte & 0x7f) << shift }
      if byte & 0x80 == 0 { return value }
      shift += 7
    }
  }

  /// A signed number in the variable-length form of DWARF.
  public mutating func sleb() -> Int64 {
    var value: Int64 = 0
    var shift: Int64 = 0
    while true {
      let byte = u8()
      if shift < 64 { value |= Int64(byte & 0x7f) << shift }
      shift += 7
      if byte & 0x80 == 0 {
        if shift < 64, byte & 0x40 != 0 { value |= -1 << shift }
        return value
      }
    }
  }

  /// Skips bytes.
  @inline(__always)
  public mutating func skip(_ count: UInt64) {
    guard count <= UInt64(bytes.count - offset) else {
      isExhausted = true
      offset = bytes.count
      return
    }
    offset += Int(count)
  }

  /// The bytes up to the next zero, without it. Exhausts the cursor where there is none, or none within `limit` bytes.
  public mutating func cString(limit: Int = .max) -> UnsafeRawBufferPointer {
    let rest = UnsafeRawBufferPointer(rebasing: bytes[offset...].prefix(limit))
    guard let end = rest.firstIndex(of: 0) else {
      isExhausted = true
      offset = bytes.count
      return UnsafeRawBufferPointer(rebasing: rest[..<0])
    }
    offset += end + 1
    return UnsafeRawBufferPointer(rebasing: rest[..<end])
  }

  /// Skips the bytes up to the next zero, and that.
  public mutating func skipCString() { _ = cString() }

  /// A run of bytes, cut to what is there.
  public mutating func block(_ count: UInt64) -> UnsafeRawBufferPointer {
    let start = offset
    skip(count)
    return UnsafeRawBufferPointer(rebasing: bytes[start..<offset])
  }

  /// Moves on to a multiple of `alignment`, counted from the start of the bytes.
  public mutating func align(to alignment: Int) {
    let rest = offset % alignment
    if rest != 0 { skip(UInt64(alignment - rest)) }
  }
}
