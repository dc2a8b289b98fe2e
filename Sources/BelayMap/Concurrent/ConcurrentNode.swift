import CBucketRow

/// A link of the list of a `ConcurrentMap`: an entry, the head of a bucket, or the end.
///
///     bucket  | next | order |
///     entry   | next | order | key | value |
///
/// The order of an entry is its hash with the last two bits set to 01, that of a bucket the least hash that belongs to it, which ends in
/// 00; so a bucket stands before its entries. The order of the end is greater than all others.
@usableFromInline
enum ConcurrentNode<Key, Value> {
  @usableFromInline typealias Link = UnsafeMutableRawPointer

  @inlinable @inline(__always) static var headBytes: Int { 16 }
  @inlinable @inline(__always) static var keyOffset: Int { roundUp(headBytes, MemoryLayout<Key>.alignment) }
  @inlinable @inline(__always) static var valueOffset: Int {
    roundUp(
      keyOffset &+ MemoryLayout<Key>.size,
      isWord ? max(8, MemoryLayout<Value>.alignment) : MemoryLayout<Value>.alignment)
  }
  @inlinable @inline(__always) static var byteCount: Int {
    valueOffset &+ (isWord ? 8 : MemoryLayout<Value>.size)
  }
  @inlinable @inline(__always) static var alignment: Int {
    max(8, max(MemoryLayout<Key>.alignment, MemoryLayout<Value>.alignment))
  }

  /// Whether values lie in one word that is read and written as a whole, in place. Others are replaced with their entry.
  @inlinable @inline(__always) static var isWord: Bool {
    _isPOD(Value.self) && MemoryLayout<Value>.size <= 8 && MemoryLayout<Value>.alignment <= 8
  }
  /// Whether an entry ends without any code being run.
  @inlinable @inline(__always) static var isTrivial: Bool { _isPOD(Key.self) && _isPOD(Value.self) }

  @inlinable @inline(__always)
  static func roundUp(_ size: Int, _ alignment: Int) -> Int { (size &+ alignment &- 1) & ~(alignment &- 1) }

  /// The order of an entry with a hash.
  @inlinable @inline(__always)
  static func order(ofHash hash: UInt64) -> UInt64 { hash & ~3 | 1 }

  /// The next link, with all that was written before it was linked.
  @inlinable @inline(__always)
  static func next(_ link: Link) -> Link {
    Link(bitPattern: UInt(truncatingIfNeeded: belay_word_acquire(link))).unsafelyUnwrapped
  }

  /// Links what has been made ready.
  @inlinable @inline(__always)
  static func setNext(_ link: Link, _ next: Link) { belay_word_release(link, UInt64(UInt(bitPattern: next))) }

  @inlinable @inline(__always)
  static func order(_ link: Link) -> UInt64 { link.load(fromByteOffset: 8, as: UInt64.self) }

  @inlinable @inline(__always)
  static func isEntry(_ link: Link) -> Bool { order(link) & 3 == 1 }

  @inlinable @inline(__always)
  static func key(_ link: Link) -> UnsafeMutablePointer<Key> {
    (link + keyOffset).assumingMemoryBound(to: Key.self)
  }

  /// A copy of the value.
  @inlinable @inline(__always)
  static func value(_ link: Link) -> Value {
    if isWord {
      let word = belay_word_acquire(link + valueOffset)
      return withUnsafeBytes(of: word) { $0.load(as: Value.self) }
    }
    return (link + valueOffset).assumingMemoryBound(to: Value.self).pointee
  }

  /// Puts another value in place; for values of a word.
  @inlinable @inline(__always)
  static func setWord(_ link: Link, _ value: Value) { belay_word_release(link + valueOffset, word(of: value)) }

  @inlinable @inline(__always)
  static func word(of value: Value) -> UInt64 {
    var word: UInt64 = 0
    withUnsafeMutableBytes(of: &word) { $0.storeBytes(of: value, as: Value.self) }
    return word
  }

  /// An entry that is not linked yet.
  @inlinable
  static func make(order: UInt64, key: Key, value: Value) -> Link {
    let link = Link.allocate(byteCount: byteCount, alignment: alignment)
    link.storeBytes(of: order, toByteOffset: 8, as: UInt64.self)
    self.key(link).initialize(to: key)
    if isWord {
      (link + valueOffset).storeBytes(of: word(of: value), as: UInt64.self)
    } else {
      (link + valueOffset).assumingMemoryBound(to: Value.self).initialize(to: value)
    }
    return link
  }

  /// Ends an entry that nobody can see.
  @inlinable
  static func destroy(_ link: Link) {
    key(link).deinitialize(count: 1)
    if !isWord { (link + valueOffset).assumingMemoryBound(to: Value.self).deinitialize(count: 1) }
    link.deallocate()
  }
}
