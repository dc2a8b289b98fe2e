import Foundation

/// The names of one check, each kept once. Safe to use from several threads.
///
/// Sharded by hash, so that threads that intern at the same time seldom wait for one another.
public final class SymbolTable: @unchecked Sendable {
  // Unchecked: every access to `shards` happens under the lock of the shard (a pthread mutex: `Synchronization.Mutex`
  // is reported as a race by Thread Sanitizer on Linux).
  private final class Shard {
    // The lock lies at an address of its own, as locks must not move. What it guards needs no check for overlapping accesses besides.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    @exclusivity(unchecked) private(set) var names: [String] = []
    @exclusivity(unchecked) private var hashes: [UInt64] = []
    /// The numbers of names, each at the first free place from where its hash says on; 0 where there is none.
    @exclusivity(unchecked) private var slots = [Int32](repeating: 0, count: 1 << 8)

    init() { pthread_mutex_init(mutex, nil) }

    deinit {
      pthread_mutex_destroy(mutex)
      mutex.deallocate()
    }

    /// The number of a name, counted from 1. Complexity: O(length).
    func number(of name: UnsafeRawBufferPointer, hash: UInt64) -> Int32 {
      if names.count * 2 >= slots.count { grow() }
      var slot = place(hash)
      while slots[slot] != 0 {
        let number = Int(slots[slot]) - 1
        if hashes[number] == hash, Self.isEqual(names[number], name) { return slots[slot] }
        slot = (slot + 1) & (slots.count - 1)
      }
      names.append(String(decoding: name, as: UTF8.self))
      hashes.append(hash)
      slots[slot] = Int32(names.count)
      return slots[slot]
    }

    private func place(_ hash: UInt64) -> Int { Int(truncatingIfNeeded: hash >> 16) & (slots.count - 1) }

    private func grow() {
      slots = [Int32](repeating: 0, count: slots.count * 2)
      for (index, hash) in hashes.enumerated() {
        var slot = place(hash)
        while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
        slots[slot] = Int32(index + 1)
      }
    }

    private static func isEqual(_ known: String, _ name: UnsafeRawBufferPointer) -> Bool {
      var known = known
      return known.withUTF8 { bytes in
        // Unsafe: both are as long as the count, when that is the same; memcmp reads no more.
        bytes.count == name.count && (name.isEmpty || memcmp(bytes.baseAddress!, name.baseAddress!, name.count) == 0)
      }
    }

    @inline(__always)
    func locked<Result>(_ body: () -> Result) -> Result {
      pthread_mutex_lock(mutex)
      defer { pthread_mutex_unlock(mutex) }
      return body()
    }
  }

  private static let shardBits: Int32 = 4
  private let shards = (0..<(1 << SymbolTable.shardBits)).map { _ in Shard() }

  /// A table that holds only the empty name.
  public init() {}

  /// The symbol of a name, made when it is new. Complexity: O(length).
  public func intern(_ name: String) -> Symbol {
    var name = name
    return name.withUTF8 { intern(UnsafeRawBufferPointer($0)) }
  }

  /// The symbol of a name in UTF-8. Complexity: O(length).
  func intern(_ name: UnsafeRawBufferPointer) -> Symbol {
    if name.isEmpty { return .empty }
    let hash = ContentHash.hash(name)
    let index = Int32(truncatingIfNeeded: hash & ((1 << UInt64(Self.shardBits)) - 1))
    let shard = shards[Int(index)]
    return shard.locked {
      // Counted from 1 within the shard: 0 is the empty name.
      Symbol(rawValue: shard.number(of: name, hash: hash) << Self.shardBits | index)
    }
  }

  /// The name of a symbol that this table made.
  public func name(_ symbol: Symbol) -> String {
    if symbol == .empty { return "" }
    let shard = shards[Int(symbol.rawValue & ((1 << Self.shardBits) - 1))]
    return shard.locked { shard.names[Int(symbol.rawValue >> Self.shardBits) - 1] }
  }
}
