import BelayMemory

extension BucketMap {
  /// Makes an empty map whose buckets lie in an arena: freeing the arena frees them in one step with all else that lies there. A use of the map afterwards is
  /// a misuse (`MapMisuse.Kind.arenaFreed`), never a read of memory that is gone.
  ///
  /// - Precondition: Keys and values are trivial: the end of others would not run.
  /// - Complexity: O(1).
  public convenience init(arena: Arena, hasher: (any MapHasher<Key>)? = nil) {
    precondition(
      Self.entriesAreTrivial,
      "Belay: a map in an arena holds trivial keys and values, not \(Key.self) and \(Value.self)")
    self.init(allocator: arena, hasher: hasher)
    let held: ArenaTenant = ArenaMap(map: self)
    arena.whenFreed { held.leave() }
  }

  /// Forgets the buckets, whose memory is about to go.
  fileprivate func leaveArena() {
    _ = detach()
    header.flags |= MapFlags.freed
  }
}

/// Whatever an arena tells that it is gone.
///
/// The thread that frees an arena must be the only one that uses what lies in it, so the tenant may be reached from there.
private class ArenaTenant: @unchecked Sendable {
  func leave() {}
}

/// A map as its arena knows it: without keeping it alive.
private final class ArenaMap<Key: Hashable, Value>: ArenaTenant, @unchecked Sendable {
  private weak var map: BucketMap<Key, Value>?

  init(map: BucketMap<Key, Value>) { self.map = map }

  override func leave() { map?.leaveArena() }
}
