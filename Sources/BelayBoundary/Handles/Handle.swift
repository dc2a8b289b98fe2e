/// The name of an object in a `HandleTable`: 64 bits that fit `void *`, and that C can keep for as long as it likes.
///
/// A handle is not a pointer. It is odd and lies outside every address space, so that C that dereferences it faults at once (a debugging aid on
/// x86-64 and arm64, never the check itself). Once its object has been removed it never names another one: a slot's generation is part
/// of it, and a slot whose generations are used up is not used again.
///
/// The type of the object keeps tables of different types apart at compile time; a tag of eleven bits keeps tables apart at run time.
@frozen
public struct Handle<Object>: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
  /// The 64 bits.
  public let rawValue: UInt64

  /// Takes 64 bits for a handle, whatever they are: the table finds out.
  @inlinable
  public init(rawValue: UInt64) { self.rawValue = rawValue }

  /// The handle that came back from C as a callback's context; nil for a null pointer.
  @inlinable
  public init?(_ context: UnsafeMutableRawPointer?) {
    guard let context else { return nil }
    rawValue = UInt64(UInt(bitPattern: context))
  }

  /// The handle that came back from C as a callback's context; nil for a null pointer.
  @inlinable
  public init?(_ context: UnsafeRawPointer?) {
    guard let context else { return nil }
    rawValue = UInt64(UInt(bitPattern: context))
  }

  /// The handle as C's `void *`. It is never null, and must not be dereferenced.
  @inlinable
  public var context: UnsafeMutableRawPointer {
    // A handle is odd, so it is not zero; a word that somebody made up may be.
    UnsafeMutableRawPointer(bitPattern: UInt(rawValue)) ?? UnsafeMutableRawPointer(bitPattern: 1)!
  }
}

extension Handle: CustomStringConvertible {
  /// Index, generation and tag, as messages show them.
  public var description: String { HandleError.name(rawValue) }
}
