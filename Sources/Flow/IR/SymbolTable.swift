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
    @exclusivity(unchecked) var numbers: [String: Int32] = [:]
    @exclusivity(unchecked) var names: [String] = []

    init() { pthread_mutex_init(mutex, nil) }

    deinit {
      pthread_mutex_destroy(mutex)
      mutex.deallocate()
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
    if name.isEmpty { return .empty }
    let index = Int32(truncatingIfNeeded: name.hashValue) & ((1 << Self.shardBits) - 1)
    let shard = shards[Int(index)]
    return shard.locked {
      if let number = shard.numbers[name] { return Symbol(rawValue: number) }
      shard.names.append(name)
      // Counted from 1 within the shard: 0 is the empty name.
      let number = Int32(shard.names.count) << Self.shardBits | index
      shard.numbers[name] = number
      return Symbol(rawValue: number)
    }
  }

  /// The name of a symbol that this table made.
  public func name(_ symbol: Symbol) -> String {
    if symbol == .empty { return "" }
    let shard = shards[Int(symbol.rawValue & ((1 << Self.shardBits) - 1))]
    return shard.locked { shard.names[Int(symbol.rawValue >> Self.shardBits) - 1] }
  }
}
