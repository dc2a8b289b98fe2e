import Locks

/// A region for maps and other memory that share one end of life: taking memory moves a pointer, giving single blocks back does nothing,
/// and freeing the region gives all of it back in a few steps, whatever it holds.
///
///     let arena = Arena()
///     let map = BucketMap<UInt64, UInt64>(arena: arena)
///     …
///     arena.free()        // O(1) for the entries; using the map now stops the process with a message
///
/// Entries whose keys or values are not trivial are not for an arena: their ends would not run. For strings there is `ArenaString`. What a map leaves
/// behind when it grows stays in the arena until the end; `reserveCapacity` avoids that. One thread at a time may take
/// memory; `free` is for the thread that knows that nobody uses the region any more.
public final class Arena: BucketAllocator, @unchecked Sendable {
  // Sendable holds because all state is reached under the lock only.
  private let mutex = Mutex()
  private let source: any BucketAllocator
  private var chunks: [MemoryBlock] = []
  private var next: UnsafeMutableRawPointer?
  private var rest = 0
  private var nextChunkBytes: Int
  private var isFreed = false
  private var used = 0
  private var farewells: [@Sendable () -> Void] = []

  /// The name that messages use.
  public let name: String
  /// For what points into the arena without holding it.
  let life: ArenaLife

  /// Makes an empty region.
  ///
  /// - Parameters:
  ///   - name: What messages call it.
  ///   - chunkBytes: The size of the first piece that it takes from its source; pieces grow up to 64 MiB.
  ///   - source: Where its memory comes from.
  public init(name: String = "arena", chunkBytes: Int = 64 * 1024, source: any BucketAllocator = SystemAllocator.shared)
  {
    precondition(chunkBytes > 0, "Belay: an arena needs pieces of at least one byte")
    self.name = name
    life = ArenaLife.begin(name: name)
    self.source = source
    nextChunkBytes = chunkBytes
  }

  deinit {
    if !isFreed { life.end() }
    for chunk in chunks { source.deallocate(chunk) }
  }

  /// Whether the region has been freed.
  public var wasFreed: Bool { mutex.locked { isFreed } }

  /// Bytes that have been taken.
  public var usedBytes: Int { mutex.locked { used } }

  /// See `BucketAllocator`. Taking memory from a freed region stops the process.
  public func allocate(byteCount: Int, alignment: Int) throws(MemoryError) -> MemoryBlock {
    guard let block = try allocateUnlessFreed(byteCount: byteCount, alignment: alignment) else {
      preconditionFailure("Belay: use of the arena '\(name)' after it was freed")
    }
    return block
  }

  /// As `allocate`, and nil when the region has been freed.
  package func allocateUnlessFreed(byteCount: Int, alignment: Int) throws(MemoryError) -> MemoryBlock? {
    FaultStep.arenaSteps.reached()
    return try mutex.locked { () throws(MemoryError) -> MemoryBlock? in
      if isFreed { return nil }
      var padding = 0
      if let next { padding = Int(-Int(bitPattern: next) & (alignment - 1)) }
      if next == nil || rest < padding + byteCount {
        let chunk = try source.allocate(byteCount: max(nextChunkBytes, byteCount), alignment: max(64, alignment))
        nextChunkBytes = min(nextChunkBytes * 2, 64 * 1024 * 1024)
        chunks.append(chunk)
        if chunk.byteCount - byteCount < rest - padding {
          // What is left of the piece before is more than what this one would leave.
          used += byteCount
          return MemoryBlock(base: chunk.base, byteCount: byteCount, alignment: alignment)
        }
        next = chunk.base
        rest = chunk.byteCount
        padding = 0
      }
      let base = next! + padding
      next = base + byteCount
      rest -= padding + byteCount
      used += byteCount
      return MemoryBlock(base: base, byteCount: byteCount, alignment: alignment)
    }
  }

  /// Does nothing: a part shares its pages with others.
  public func release(_ part: UnsafeMutableRawBufferPointer, of block: MemoryBlock) {}

  /// Does nothing: memory goes back with the region.
  public func deallocate(_ block: MemoryBlock) {}

  /// Has a function called when the region is freed, before its memory goes back, so that what lies in it can learn that it is gone.
  public func whenFreed(_ farewell: @escaping @Sendable () -> Void) { mutex.locked { farewells.append(farewell) } }

  /// Frees the region and all that lies in it.
  ///
  /// - Complexity: Linear in the number of pieces, which is logarithmic in the bytes.
  public func free() {
    let wasLive = freeOnce()
    precondition(wasLive, "Belay: the arena '\(name)' was freed twice")
  }

  /// As `free`; false when the region has been freed before.
  package func freeOnce() -> Bool {
    FaultStep.arenaSteps.reached()
    let parts = mutex.locked { () -> ([MemoryBlock], [@Sendable () -> Void])? in
      if isFreed { return nil }
      isFreed = true
      life.end()
      defer {
        chunks = []
        farewells = []
      }
      next = nil
      rest = 0
      return (chunks, farewells)
    }
    guard let (pieces, goodbyes) = parts else { return false }
    for farewell in goodbyes { farewell() }
    for piece in pieces { source.deallocate(piece) }
    return true
  }
}
