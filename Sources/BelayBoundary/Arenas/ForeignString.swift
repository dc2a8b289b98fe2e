import CBelay

/// A string in a `ForeignArena`: UTF-8 with its length, and a zero behind it. It cannot outlive the arena, nor be stored where it might.
public struct ForeignString: ~Escapable {
  /// The UTF-8, for C: until the arena ends.
  public let pointer: UnsafePointer<CChar>
  /// The number of bytes, without the zero.
  public let utf8Count: Int

  @_lifetime(borrow arena)
  init(_ string: belay_string, in arena: borrowing ForeignArena) {
    pointer = string.bytes
    utf8Count = string.length
  }

  /// Pointer and length as `belay.h` has them.
  public var cString: belay_string { belay_string(bytes: pointer, length: utf8Count) }
}

extension String {
  /// A copy of a string of C; nil if it is not UTF-8. A null pointer with length 0 is the empty string.
  public init?(_ string: belay_string) {
    let bytes = UnsafeRawBufferPointer(start: string.bytes, count: string.bytes == nil ? 0 : string.length)
    self.init(validating: bytes, as: UTF8.self)
  }
}
