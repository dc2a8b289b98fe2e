/// The hash and the comparison of strings.
///
/// `==` of strings is canonical equivalence, so bytes may be hashed only where they are known to be in the normal form: ASCII here; all
/// else takes the slow way through the normal form. A short string (at most 15 bytes) lies in the string's own two words; a native
/// long one has its UTF-8 behind an object whose address is in the second word. That layout is part of the stable ABI on Apple's
/// systems and the same elsewhere, and `layoutIsKnown` tries it out once; where it is not what we know, all strings take the slow way.
@usableFromInline
enum StringHash {
  @inlinable @inline(__always)
  static func raw(_ string: String) -> (UInt64, UInt64) { unsafeBitCast(string, to: (UInt64, UInt64).self) }

  /// A string that lies in its two words, and is ASCII.
  @inlinable @inline(__always)
  static func isShortASCII(_ second: UInt64) -> Bool { second >> 60 == 0xE }

  /// A native string of at least 16 bytes of ASCII, whose bytes lie 32 bytes behind the object. `first` holds flags and count: bit 63 says
  /// ASCII, bit 60 that the bytes lie behind the object; bit 61 of `second` says that the string lies within the words.
  @inlinable @inline(__always)
  static func isLongASCII(_ first: UInt64, _ second: UInt64) -> Bool {
    first & 0x9000_0000_0000_0000 == 0x9000_0000_0000_0000 && second & 0x2000_0000_0000_0000 == 0
      && first & 0xFFFF_FFFF_FFFF > 15
  }

  @inlinable @inline(__always)
  static func byteCount(_ first: UInt64) -> Int { Int(truncatingIfNeeded: first & 0xFFFF_FFFF_FFFF) }

  @inlinable @inline(__always)
  static func utf8(_ second: UInt64) -> UnsafeRawPointer {
    UnsafeRawPointer(bitPattern: UInt(truncatingIfNeeded: second & 0x0FFF_FFFF_FFFF_FFFF) &+ 32).unsafelyUnwrapped
  }

  /// The hash of a string.
  @inlinable @inline(__always)
  static func hash(_ string: String, seed: UInt64) -> UInt64 {
    let (first, second) = raw(string)
    if isShortASCII(second) { return FoldedHash.words(first, second, seed: seed) }
    if isLongASCII(first, second) { return FoldedHash.bytes(utf8(second), byteCount(first), seed: seed) }
    return slowHash(string, seed: seed)
  }

  /// The hash of any string, equal to that of the short ways for the strings that these take.
  @usableFromInline @inline(never) @_effects(readonly)
  static func slowHash(_ string: String, seed: UInt64) -> UInt64 {
    var units: [UInt8] = []
    string._withNFCCodeUnits { units.append($0) }
    return units.withUnsafeBytes { bytes in
      guard let start = bytes.baseAddress else { return FoldedHash.words(0, 0xE000_0000_0000_0000, seed: seed) }
      if bytes.count > 15 || bytes.contains(where: { $0 >= 0x80 }) {
        return FoldedHash.bytes(start, bytes.count, seed: seed)
      }
      var words: (UInt64, UInt64) = (0, 0)
      withUnsafeMutableBytes(of: &words) { $0.copyMemory(from: bytes) }
      return FoldedHash.words(words.0, words.1 | UInt64(0xE0 | bytes.count) << 56, seed: seed)
    }
  }

  /// Whether the string of a slot is a string.
  @inlinable @inline(__always)
  static func equal(_ slot: UnsafeMutablePointer<String>, _ string: String) -> Bool {
    let (a, b) = UnsafeMutableRawPointer(slot).load(as: (UInt64, UInt64).self)
    let (c, d) = raw(string)
    if a == c {
      // The first words hold the flags and the count.
      if b == d { return true }
      if isLongASCII(a, b | d) { return sameBytes(utf8(b), utf8(d), byteCount(a)) }
    }
    return slowEqual(slot, string)
  }

  /// Whether two runs of at least 16 bytes are the same.
  @inlinable @inline(__always)
  static func sameBytes(_ a: UnsafeRawPointer, _ b: UnsafeRawPointer, _ count: Int) -> Bool {
    var offset = 0
    let last = count &- 16
    while offset < last {
      if differ(a, b, offset) { return false }
      offset &+= 16
    }
    return !differ(a, b, last)
  }

  @inlinable @inline(__always)
  static func differ(_ a: UnsafeRawPointer, _ b: UnsafeRawPointer, _ offset: Int) -> Bool {
    (FoldedHash.word(a, offset) ^ FoldedHash.word(b, offset))
      | (FoldedHash.word(a, offset &+ 8) ^ FoldedHash.word(b, offset &+ 8)) != 0
  }

  @usableFromInline @inline(never) @_effects(readonly)
  static func slowEqual(_ slot: UnsafeMutablePointer<String>, _ string: String) -> Bool {
    if isShortASCII(raw(slot.pointee).1) && isShortASCII(raw(string).1) { return false }
    return slot.pointee == string
  }

  /// Whether strings look as the short ways take them to look.
  static let layoutIsKnown: Bool = {
    guard MemoryLayout<String>.size == 16 else { return false }
    let short = raw("abc")
    guard short.0 == 0x63_6261, short.1 == 0xE300_0000_0000_0000 else { return false }
    let text = String(repeating: "belay ", count: 5)
    let long = raw(text)
    guard isLongASCII(long.0, long.1), byteCount(long.0) == 30 else { return false }
    return text.utf8.elementsEqual(UnsafeRawBufferPointer(start: utf8(long.1), count: 30))
  }()
}
