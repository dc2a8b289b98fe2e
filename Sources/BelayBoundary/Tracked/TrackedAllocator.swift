import BelayMemory
import Locks
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// C memory whose allocations have an identity, so that maps can be keyed by it without ever finding an entry of an allocation before.
///
///     let memory = TrackedAllocator()
///     let names = LifetimeBoundMap<String>(memory)
///     let key = try memory.allocate(byteCount: 64)
///     try names.set("buffer", for: key)
///     try memory.free(key)            // the entry leaves `names`, then the memory goes back
///
/// Thread safety: everything may be called from any thread. Of threads that free one allocation, one succeeds.
public final class TrackedAllocator: @unchecked Sendable {
  // Sendable holds as the tables are reached under the lock only.
  private static let numbers = Atomic<UInt64>(0)

  private let mutex = Mutex()
  private var byKey: [AllocationKey: TrackedAllocation] = [:]
  private var byAddress: [UInt: TrackedAllocation] = [:]

  /// Makes an allocator without allocations.
  public init() {}

  /// Frees whatever is left.
  deinit { for allocation in byKey.values { allocation.end() } }

  /// Allocates memory with `malloc`.
  ///
  /// - Throws: `outOfMemory`.
  /// - Complexity: O(1) on average, besides `malloc`.
  public func allocate(byteCount: Int) throws(TrackedMemoryError) -> AllocationKey {
    guard let base = malloc(max(1, byteCount)) else { throw .outOfMemory(byteCount: byteCount) }
    return try adopt(base, byteCount: byteCount) { Self.freeMemory($0) }
  }

  /// Tracks memory that a C library allocated, with the function that gives it back.
  ///
  /// - Throws: `alreadyTracked`; then the caller still owns the memory.
  /// - Complexity: O(1) on average.
  public func adopt(
    _ base: UnsafeMutableRawPointer, byteCount: Int = 0,
    release: @escaping @Sendable (UnsafeMutableRawPointer) -> Void
  ) throws(TrackedMemoryError) -> AllocationKey {
    let key = AllocationKey(number: Self.numbers.add(1, ordering: .relaxed).newValue)
    let allocation = TrackedAllocation(key: key, base: base, byteCount: byteCount, release: release)
    return try mutex.locked { () throws(TrackedMemoryError) in
      guard byAddress[UInt(bitPattern: base)] == nil else { throw .alreadyTracked(UInt(bitPattern: base)) }
      byAddress[UInt(bitPattern: base)] = allocation
      byKey[key] = allocation
      return key
    }
  }

  /// Frees an allocation: its entries leave every bound map, then its memory goes back.
  ///
  /// - Throws: `doubleFree`.
  /// - Complexity: Linear in the number of maps that have an entry of it.
  public func free(_ key: AllocationKey) throws(TrackedMemoryError) {
    let allocation = mutex.locked { take(byKey[key]) }
    guard let allocation else { throw .doubleFree(key) }
    allocation.end()
  }

  /// Frees the allocation that begins at an address.
  ///
  /// - Throws: `foreignMemory`, also for an allocation that was freed: its address alone cannot tell.
  /// - Complexity: As `free(_: AllocationKey)`.
  public func free(_ base: UnsafeMutableRawPointer) throws(TrackedMemoryError) {
    let allocation = mutex.locked { take(byAddress[UInt(bitPattern: base)]) }
    guard let allocation else { throw .foreignMemory(UInt(bitPattern: base)) }
    allocation.end()
  }

  /// Frees whatever is left.
  ///
  /// - Complexity: As that many calls of `free`.
  public func freeAll() {
    let all = mutex.locked { () -> [TrackedAllocation] in
      defer {
        byKey = [:]
        byAddress = [:]
      }
      return Array(byKey.values)
    }
    for allocation in all { allocation.end() }
  }

  /// The key of the allocation that begins at an address, or nil.
  ///
  /// - Complexity: O(1) on average.
  public func key(at base: UnsafeRawPointer) -> AllocationKey? {
    mutex.locked { byAddress[UInt(bitPattern: base)]?.key }
  }

  /// Lends the memory of an allocation to a function. A free by another thread waits until it returns; the function must not free it itself.
  ///
  /// - Throws: `deadKey`.
  /// - Complexity: O(1) on average.
  public func withMemory<Result>(
    _ key: AllocationKey, _ body: (UnsafeMutableRawBufferPointer) -> Result
  ) throws(TrackedMemoryError) -> Result {
    try live(key).whileAlive { (allocation) throws(TrackedMemoryError) in
      body(UnsafeMutableRawBufferPointer(start: allocation.base, count: allocation.byteCount))
    }
  }

  /// Live allocations.
  public var count: Int { mutex.locked { byKey.count } }

  func live(_ key: AllocationKey) throws(TrackedMemoryError) -> TrackedAllocation {
    guard let allocation = mutex.locked({ byKey[key] }) else { throw .deadKey(key) }
    return allocation
  }

  /// Takes an allocation out of both tables. Under the lock.
  private func take(_ allocation: TrackedAllocation?) -> TrackedAllocation? {
    guard let allocation else { return nil }
    byKey[allocation.key] = nil
    byAddress[UInt(bitPattern: allocation.base)] = nil
    return allocation
  }

  private static func freeMemory(_ base: UnsafeMutableRawPointer) {
    #if canImport(Glibc)
      Glibc.free(base)
    #elseif canImport(Musl)
      Musl.free(base)
    #elseif canImport(Darwin)
      Darwin.free(base)
    #endif
  }
}

/// A map whose entries belong to allocations.
protocol AllocationBound: AnyObject {
  /// Takes the entry of an allocation out; what it held is returned, so that it ends outside of the lock.
  func takeEntry(of key: AllocationKey) -> Any?
}

/// An allocation, and the maps that have an entry of it.
final class TrackedAllocation: @unchecked Sendable {
  // Sendable holds as what changes is reached under the lock, which comes before the locks of maps.
  let key: AllocationKey
  let base: UnsafeMutableRawPointer
  let byteCount: Int
  private let release: @Sendable (UnsafeMutableRawPointer) -> Void
  private let mutex = Mutex()
  private var isAlive = true
  private var maps: [ObjectIdentifier: WeakMap] = [:]

  private struct WeakMap {
    weak var map: (any AllocationBound)?
  }

  init(
    key: AllocationKey, base: UnsafeMutableRawPointer, byteCount: Int,
    release: @escaping @Sendable (UnsafeMutableRawPointer) -> Void
  ) {
    self.key = key
    self.base = base
    self.byteCount = byteCount
    self.release = release
  }

  /// Calls a function while nobody can free the allocation.
  func whileAlive<Result>(
    _ body: (TrackedAllocation) throws(TrackedMemoryError) -> Result
  ) throws(TrackedMemoryError) -> Result {
    try mutex.locked { () throws(TrackedMemoryError) in
      guard isAlive else { throw .deadKey(key) }
      return try body(self)
    }
  }

  /// The map has an entry of it now. In `whileAlive`.
  func bind(_ map: any AllocationBound) { maps[ObjectIdentifier(map)] = WeakMap(map: map) }

  /// The map has none any more. In `whileAlive`.
  func unbind(_ map: any AllocationBound) { maps[ObjectIdentifier(map)] = nil }

  /// Takes the entries out of all maps, and gives the memory back.
  func end() {
    var entries: [Any] = []
    mutex.locked {
      isAlive = false
      for bound in maps.values { if let entry = bound.map?.takeEntry(of: key) { entries.append(entry) } }
      maps = [:]
    }
    // First what maps held, which may look at the memory, then the memory.
    entries = []
    release(base)
  }
}
