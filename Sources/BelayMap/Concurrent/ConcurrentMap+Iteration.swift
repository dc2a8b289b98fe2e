import BelayMemory
import CBucketRow

extension ConcurrentMap {
  /// Calls a function with each entry until it returns false; see the type for what is visited.
  ///
  /// - Complexity: Linear in the number of entries and buckets. Entries are copied some hundred at a time before they are visited.
  @inlinable
  public func range<Failure: Error>(_ body: (Key, Value) throws(Failure) -> Bool) throws(Failure) {
    var walk = Walk(clears: belay_word_acquire(root + 8))
    while walk.advance(in: self) {
      for (key, value) in walk.entries {
        guard try body(key, value) else { return }
      }
    }
  }

  /// Calls a function with each entry; see `range`.
  @inlinable
  public func forEach<Failure: Error>(_ body: (Key, Value) throws(Failure) -> Void) throws(Failure) {
    try range { (key, value) throws(Failure) in
      try body(key, value)
      return true
    }
  }

  /// All entries, each as it was at some time during the call.
  ///
  /// - Complexity: Linear in the number of entries and buckets.
  public func snapshot() -> [Key: Value] {
    var entries: [Key: Value] = [:]
    entries.reserveCapacity(count)
    range { key, value in
      entries[key] = value
      return true
    }
    return entries
  }

  /// A walk along the list in pieces, each under a pin of its own. An entry keeps its place in the order as long as it lives, so the order of
  /// the last one visited says where to go on.
  @usableFromInline
  struct Walk {
    /// Entries to visit.
    @usableFromInline var entries: [(Key, Value)] = []
    private var last: UInt64 = 0
    private var isFinished = false
    private let clears: UInt64

    private static var pieceCount: Int { 256 }
    private static var pieceLinks: Int { 4096 }

    @usableFromInline
    init(clears: UInt64) { self.clears = clears }

    /// Copies the next entries; false at the end.
    @usableFromInline
    mutating func advance(in map: ConcurrentMap) -> Bool {
      entries.removeAll(keepingCapacity: true)
      while entries.isEmpty, !isFinished {
        map.epochs.withPin { copy(map) }
      }
      return !entries.isEmpty
    }

    private mutating func copy(_ map: ConcurrentMap) {
      let table = map.table
      guard belay_word_acquire(map.root + 8) == clears else {
        // All that was there at the start is gone.
        isFinished = true
        return
      }
      var link = table.start(last)
      var links = 0
      while true {
        link = Node.next(link)
        let order = Node.order(link)
        if order == .max {
          isFinished = true
          return
        }
        // Entries of one order go together: the order alone says where to go on.
        if order <= last { continue }
        if links >= Self.pieceLinks || entries.count >= Self.pieceCount { return }
        links += 1
        while Node.order(link) == order {
          if Node.isEntry(link) { entries.append((Node.key(link).pointee, Node.value(link))) }
          let next = Node.next(link)
          if Node.order(next) != order { break }
          link = next
        }
        last = order
      }
    }
  }
}
