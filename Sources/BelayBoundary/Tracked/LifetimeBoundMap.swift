import BelayMemory
import Locks

/// Entries keyed by allocations of C memory. When an allocation is freed its entry leaves the map, before the memory can be handed out again.
///
/// Thread safety: everything may be called from any thread. Functions must not be called from the end of a value under `TrackedAllocator.withMemory` of
/// the same key.
public final class LifetimeBoundMap<Value: Sendable>: AllocationBound, @unchecked Sendable {
  // Sendable holds as the entries are reached under the lock only.
  private let allocator: TrackedAllocator
  private let mutex = Mutex()
  private var entries: [AllocationKey: Value] = [:]

  /// Makes an empty map of an allocator's keys.
  public init(_ allocator: TrackedAllocator) { self.allocator = allocator }

  /// Sets the entry of an allocation.
  ///
  /// - Returns: The value before.
  /// - Throws: `deadKey`.
  /// - Complexity: O(1) on average.
  @discardableResult
  public func set(_ value: Value, for key: AllocationKey) throws(TrackedMemoryError) -> Value? {
    // Under the lock of the allocation: a free comes before, and the key is dead, or after, and takes the entry.
    try allocator.live(key).whileAlive { (allocation) throws(TrackedMemoryError) in
      allocation.bind(self)
      return mutex.locked { entries.updateValue(value, forKey: key) }
    }
  }

  /// The entry of an allocation, or nil if it has none.
  ///
  /// - Throws: `deadKey` when the allocation has been freed.
  /// - Complexity: O(1) on average.
  public func value(for key: AllocationKey) throws(TrackedMemoryError) -> Value? {
    if let value = mutex.locked({ entries[key] }) { return value }
    _ = try allocator.live(key)
    return nil
  }

  /// Removes the entry of an allocation.
  ///
  /// - Throws: `deadKey` when the allocation has been freed.
  /// - Complexity: O(1) on average.
  @discardableResult
  public func removeValue(for key: AllocationKey) throws(TrackedMemoryError) -> Value? {
    try allocator.live(key).whileAlive { (allocation) throws(TrackedMemoryError) in
      allocation.unbind(self)
      return mutex.locked { entries.removeValue(forKey: key) }
    }
  }

  /// Removes all entries.
  ///
  /// - Complexity: Linear in the number of entries.
  public func removeAll() {
    // The values end outside of the lock.
    let removed = mutex.locked { () -> [AllocationKey: Value] in
      defer { entries = [:] }
      return entries
    }
    withExtendedLifetime(removed) {}
  }

  /// All entries, as they are at one time.
  ///
  /// - Complexity: O(1), and linear in the number of entries at the next change of the map while the copy lives.
  public func snapshot() -> [AllocationKey: Value] { mutex.locked { entries } }

  /// The number of entries.
  public var count: Int { mutex.locked { entries.count } }

  func takeEntry(of key: AllocationKey) -> Any? { mutex.locked { entries.removeValue(forKey: key) } }
}
