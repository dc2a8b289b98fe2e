/// How a handle and a slot's word are made up.
///
///     handle   01 | tag 11 | generation 24 | index 26 | 1
///     live     01 | tag 11 | generation 24 | references 26 | 1
///     free     00 |      0 | generation 24 | link 26 | 0          the generation is that of the next handle
///
/// A handle is odd, and its two top bits make it an address that no x86-64 or arm64 program can own: C that dereferences it faults at once. A live
/// slot's word agrees with its handle in all bits of `identity`, so that one comparison tells tag, generation and life; a free one never
/// does, because its lowest bit is 0. A made-up word may be even, and agree with a free slot: `matches` asks for that too.
@usableFromInline
enum HandleBits {
  /// Handles in a table at the same time; index 2^26 - 1 is not used, so that a link of 0 means none.
  static let capacity: UInt32 = (1 << 26) - 1

  @inlinable static var generationShift: UInt64 { 27 }
  static let tagShift: UInt64 = 51
  static let top: UInt64 = 1 << 62

  /// The bits of a live slot's word that are those of its handle.
  @inlinable static var identity: UInt64 { 0xFFFF_FFFF_F800_0001 }

  /// Whether a slot with this word is live and of this handle.
  @inlinable @inline(__always)
  static func matches(_ word: UInt64, _ handle: UInt64) -> Bool {
    ((word ^ handle) & identity) | (~handle & 1) == 0
  }

  /// The middle 26 bits: a handle's index, a live slot's references, a free slot's link.
  @inlinable static var middle: UInt64 { 0x3FF_FFFF << 1 }

  /// One reference, in a live slot's word.
  @inlinable static var oneReference: UInt64 { 2 }

  /// The generation 2^24 - 1 is never handed out: a slot that reaches it is used up.
  @inlinable static var lastGeneration: UInt32 { (1 << 24) - 1 }

  @inlinable
  static func index(_ handle: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: (handle & middle) &>> 1) }

  /// The generation in a handle, in a live slot's word or in a free one's.
  @inlinable
  static func generation(_ word: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: word &>> 27) & 0xFF_FFFF }

  /// The tag with the two top bits.
  @inlinable
  static func tag(_ handle: UInt64) -> UInt64 { handle &>> 51 }

  /// A free slot's word.
  @inlinable
  static func free(generation: UInt32, link: UInt32) -> UInt64 {
    UInt64(generation) &<< 27 | UInt64(link) &<< 1
  }

  /// Whether a word could be a handle of some table.
  static func looksLikeHandle(_ word: UInt64) -> Bool { word >> 62 == 1 && word & 1 == 1 && generation(word) != 0 }
}
