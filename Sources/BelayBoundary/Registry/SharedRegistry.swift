import BelayMap
import Synchronization

/// Resources of a C library by an id of the program's, with a count of references each: the pattern of a proxy table, made safe.
///
///     let sockets = SharedRegistry<String, socket_t>()
///     try sockets.add("main", socket) { socket_close($0) }      // one reference, the adder's
///     try sockets.withResource("main") { socket_send($0, …) }     // from any thread
///     try sockets.release("main")                                 // the last one closes it
///
/// At zero the entry leaves the registry, then the C function runs, once, outside of any lock. When `acquire` and the last `release` meet, either the
/// acquirer gets a live resource that stays, or it is told that there is none.
///
/// Thread safety: everything may be called from any thread. `acquire` and `release` take no lock, but for the release that frees.
public final class SharedRegistry<ID: Hashable & Sendable, Pointee>: Sendable {
  @usableFromInline let entries = ConcurrentMap<ID, RegistryEntry<Pointee>>()

  /// Makes an empty registry.
  public init() {}

  /// Frees what is left.
  deinit {
    entries.range { _, entry in
      if entry.endAll() { entry.destroy(entry.pointer) }
      return true
    }
  }

  /// Adds a resource with one reference.
  ///
  /// - Throws: `taken` if the id has a resource; then the caller still owns the pointer.
  /// - Complexity: O(1) on average.
  public func add(
    _ id: ID, _ pointer: UnsafeMutablePointer<Pointee>,
    destroy: @escaping @Sendable (UnsafeMutablePointer<Pointee>) -> Void
  ) throws(RegistryError) {
    let added = RegistryEntry(pointer: pointer, destroy: destroy)
    try entries.compute(id) { (entry) throws(RegistryError) in
      // One that has lost its last reference is about to leave.
      if let entry, entry.isLive { throw .taken }
      entry = added
    }
  }

  /// Adds a reference, to be dropped with `release`, and returns the pointer, which stays good until then.
  ///
  /// - Throws: `unknown` if the id has no resource, or has none any more.
  /// - Complexity: O(1) on average, without a lock.
  @inlinable
  public func acquire(_ id: ID) throws(RegistryError) -> UnsafeMutablePointer<Pointee> {
    let pointer = entries.withValue(forKey: id) { entry in entry.retain() ? entry.pointer : nil }
    guard let pointer, let pointer else { throw .unknown }
    return pointer
  }

  /// Drops a reference; the last one frees the resource.
  ///
  /// - Returns: Whether it was the last.
  /// - Throws: `unknown` if the id has no resource: a release too many.
  /// - Complexity: O(1) on average, without a lock but for the last, besides what is freed.
  @inlinable @discardableResult
  public func release(_ id: ID) throws(RegistryError) -> Bool {
    let outcome = entries.withValue(forKey: id) { (entry) -> (left: Int?, last: RegistryEntry<Pointee>?) in
      let left = entry.release()
      return (left, left == 0 ? copy entry : nil)
    }
    guard let outcome, outcome.left != nil else { throw .unknown }
    guard let last = outcome.last else { return false }
    end(id, last)
    return true
  }

  /// Takes an entry that has lost its last reference out, and frees the resource. Once: by whoever took that reference.
  @usableFromInline @inline(never)
  func end(_ id: ID, _ last: RegistryEntry<Pointee>) {
    entries.compute(id) { entry in
      // Another one if the id was added again since.
      if entry === last { entry = nil }
    }
    last.destroy(last.pointer)
  }

  /// Lends a resource to a function, with a reference held meanwhile. The pointer must not leave the function.
  ///
  /// - Throws: `unknown`.
  /// - Complexity: As `acquire` and `release`.
  public func withResource<Result>(
    _ id: ID, _ body: (UnsafeMutablePointer<Pointee>) -> Result
  ) throws(RegistryError) -> Result {
    let pointer = try acquire(id)
    let result = body(pointer)
    // Unknown only after `freeAll`, which takes the reference too.
    _ = try? release(id)
    return result
  }

  /// Frees whatever is left, also what is acquired: for the end of the library whose resources they are.
  ///
  /// - Complexity: Linear in the number of resources.
  public func freeAll() {
    entries.forEach { id, entry in
      if entry.endAll() { end(id, entry) }
    }
  }

  /// Calls a function with each id and its resource, of which a reference is held meanwhile, until it returns false.
  ///
  /// Other threads may add, acquire and release. The function may too.
  /// - Complexity: Linear in the number of resources.
  public func forEach(_ body: (ID, UnsafeMutablePointer<Pointee>) -> Bool) {
    entries.range { id, _ in
      // Gone since the walk saw it: no reference, no visit.
      guard let pointer = try? acquire(id) else { return true }
      let goesOn = body(id, pointer)
      _ = try? release(id)
      return goesOn
    }
  }

  /// The number of resources; exact while nobody adds or releases.
  public var count: Int { entries.count }
}

/// Why a registry refused.
public enum RegistryError: Error, Hashable, Sendable {
  /// The id has a resource already.
  case taken
  /// The id has no resource.
  case unknown
}

extension RegistryError: CustomStringConvertible {
  /// The refusal as one sentence.
  public var description: String {
    switch self {
    case .taken: "the id has a resource already"
    case .unknown: "the id has no resource"
    }
  }
}

/// A resource and its references.
@usableFromInline
final class RegistryEntry<Pointee>: @unchecked Sendable {
  // Sendable holds as the registry only hands the pointer out, and the function is Sendable.
  @usableFromInline let pointer: UnsafeMutablePointer<Pointee>
  /// Zero when the resource is freed or about to be; it never leaves zero.
  @usableFromInline let references = Atomic<Int>(1)
  @usableFromInline let destroy: @Sendable (UnsafeMutablePointer<Pointee>) -> Void

  init(pointer: UnsafeMutablePointer<Pointee>, destroy: @escaping @Sendable (UnsafeMutablePointer<Pointee>) -> Void) {
    self.pointer = pointer
    self.destroy = destroy
  }

  var isLive: Bool { references.load(ordering: .acquiring) > 0 }

  /// Adds a reference, unless the last one is gone.
  @inlinable
  func retain() -> Bool {
    var count = references.load(ordering: .relaxed)
    while count > 0 {
      let (done, now) = references.weakCompareExchange(
        expected: count, desired: count &+ 1, ordering: .acquiring)
      if done { return true }
      count = now
    }
    return false
  }

  /// Drops a reference; how many are left, or nil if there was none.
  @inlinable
  func release() -> Int? {
    var count = references.load(ordering: .relaxed)
    while count > 0 {
      let (done, now) = references.weakCompareExchange(
        expected: count, desired: count &- 1, ordering: .acquiringAndReleasing)
      if done { return count &- 1 }
      count = now
    }
    return nil
  }

  /// Drops all references; whether there was one.
  func endAll() -> Bool { references.exchange(0, ordering: .acquiringAndReleasing) > 0 }
}
