/// A string whose bytes lie in an `Arena`: trivial, so that maps in an arena can have such keys and values, and ended with all else there.
///
///     let arena = Arena(name: "request")
///     let headers = BucketMap<ArenaString, ArenaString>(arena: arena)
///     headers[arena.string("Host")] = arena.string("example.org")
///     let host = ArenaString.withTemporary("Host") { headers[$0] }
///
/// Two are equal when their UTF-8 is; unlike `String`, different spellings of one character are different. A use after the arena is gone stops the process with a message
/// that names the arena.
public struct ArenaString: @unchecked Sendable {
  // Sendable holds because the bytes do not change.
  @usableFromInline let start: UnsafeRawPointer
  @usableFromInline let life: ArenaLife
  @usableFromInline let byteCount: UInt32

  @usableFromInline
  init(start: UnsafeRawPointer, byteCount: UInt32, life: ArenaLife) {
    self.start = start
    self.life = life
    self.byteCount = byteCount
  }

  /// The number of bytes of its UTF-8.
  @inlinable public var utf8Count: Int { Int(byteCount) }

  /// Lends the UTF-8 to a function. Behind the last byte lies a zero, unless the string is temporary.
  ///
  /// - Complexity: O(1).
  @inlinable
  public func withUTF8<Result: ~Copyable, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    if life.isOver { life.trap("a string") }
    return try body(UnsafeRawBufferPointer(start: start, count: Int(byteCount)))
  }

  /// Lends a string to a function as a key, without a copy in an arena: for look-ups. It must not be kept.
  ///
  /// - Complexity: O(1) for strings whose storage is UTF-8.
  @inlinable
  public static func withTemporary<Result, Failure: Error>(
    _ text: String, _ body: (ArenaString) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    var text = text
    var failure: Failure?
    let result: Result? = text.withUTF8 { bytes in
      do throws(Failure) {
        // An empty string may have no address.
        let start = bytes.baseAddress.map { UnsafeRawPointer($0) } ?? UnsafeRawPointer(ArenaLife.always.word)
        return try body(
          ArenaString(start: start, byteCount: UInt32(bytes.count), life: ArenaLife.always))
      } catch {
        failure = error
        return nil
      }
    }
    if let failure { throw failure }
    guard let result else { preconditionFailure("Belay: a function neither returned nor threw") }
    return result
  }
}

extension ArenaString: Hashable {
  /// Whether the UTF-8 of both is the same.
  @inlinable
  public static func == (left: ArenaString, right: ArenaString) -> Bool {
    if left.byteCount != right.byteCount { return false }
    return left.withUTF8 { left in right.withUTF8 { right in left.elementsEqual(right) } }
  }

  /// Hashes the UTF-8.
  @inlinable
  public func hash(into hasher: inout Hasher) { withUTF8 { hasher.combine(bytes: $0) } }
}

extension ArenaString: CustomStringConvertible {
  /// The string on the heap.
  public var description: String { withUTF8 { String(decoding: $0, as: UTF8.self) } }
}

extension Arena {
  /// Copies a string into the arena, with a zero behind it.
  ///
  /// Stops the process when there is no memory, as a `String` would, and for strings of 4 GiB.
  /// - Complexity: Linear in the number of bytes.
  public func string(_ text: String) -> ArenaString {
    var text = text
    return text.withUTF8 { bytes in
      precondition(bytes.count < UInt32.max, "Belay: a string of \(bytes.count) bytes is too long for an arena")
      do {
        let block = try allocate(byteCount: bytes.count + 1, alignment: 1)
        if let start = bytes.baseAddress { block.base.copyMemory(from: start, byteCount: bytes.count) }
        return ArenaString(start: UnsafeRawPointer(block.base), byteCount: UInt32(bytes.count), life: life)
      } catch {
        fatalError("Belay: the arena '\(name)' cannot take a string: \(error)")
      }
    }
  }
}
