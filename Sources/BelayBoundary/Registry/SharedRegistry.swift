import BelayMap

/// Resources of a C library by an id of the program's, with a count of references each: the pattern of a proxy table, made safe.
///
///     let sockets = SharedRegistry<String, socket_t>()
///     try sockets.add("main", socket) { socket_close($0) }      // one reference, the adder's
///     try sockets.withResource("main") { socket_send($0, …) }     // from any thread
///     try sockets.release("main")                                 // the last one closes it
///
/// At zero the entry leaves the registry and the C function runs, once, outside of any lock. When `acquire` and the last `release` meet, either the
/// acquirer gets a live resource that stays, or it is told that there is none.
///
/// Thread safety: everything may be called from any thread; operations on one id take place one after the other.
public final class SharedRegistry<ID: Hashable & Sendable, Pointee>: Sendable {
  private let entries = ConcurrentMap<ID, RegistryEntry<Pointee>>()

  /// Makes an empty registry.
  public init() {}

  /// Frees what is left.
  deinit {
    entries.range { _, entry in
      entry.destroy(entry.pointer)
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
    try entries.compute(id) { (entry) throws(RegistryError) in
      guard entry == nil else { throw .taken }
      entry = RegistryEntry(pointer: pointer, references: 1, destroy: destroy)
    }
  }

  /// Adds a reference, to be dropped with `release`, and returns the pointer, which stays good until then.
  ///
  /// - Throws: `unknown` if the id has no resource, or has none any more.
  /// - Complexity: O(1) on average.
  public func acquire(_ id: ID) throws(RegistryError) -> UnsafeMutablePointer<Pointee> {
    let entry = try entries.compute(id) { (entry) throws(RegistryError) in
      guard entry != nil else { throw .unknown }
      entry?.references += 1
    }
    guard let entry else { throw .unknown }
    return entry.pointer
  }

  /// Drops a reference; the last one frees the resource.
  ///
  /// - Returns: Whether it was the last.
  /// - Throws: `unknown` if the id has no resource: a release too many.
  /// - Complexity: O(1) on average, besides what is freed.
  @discardableResult
  public func release(_ id: ID) throws(RegistryError) -> Bool {
    var last: RegistryEntry<Pointee>?
    try entries.compute(id) { (entry) throws(RegistryError) in
      guard let present = entry else { throw .unknown }
      if present.references == 1 {
        last = present
        entry = nil
      } else {
        entry?.references -= 1
      }
    }
    guard let last else { return false }
    last.destroy(last.pointer)
    return true
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
    entries.forEach { id, _ in
      var last: RegistryEntry<Pointee>?
      entries.compute(id) { entry in
        last = entry
        entry = nil
      }
      if let last { last.destroy(last.pointer) }
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
struct RegistryEntry<Pointee>: @unchecked Sendable {
  // Sendable holds as the registry only hands the pointer out, and the function is Sendable.
  let pointer: UnsafeMutablePointer<Pointee>
  var references: Int
  let destroy: @Sendable (UnsafeMutablePointer<Pointee>) -> Void
}
