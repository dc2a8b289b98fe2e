// swift-format-ignore-file: AlwaysUseLowerCamelCase
// The names are those of belay.h.

import CBelay

// The functions of `belay.h` about registries; what they promise stands there.

/// See `belay.h`.
@c @implementation
public func belay_registry_create(_ registry: UnsafeMutablePointer<belay_handle>!) -> belay_status {
  CStatus.make(registry, in: CTables.registries, CTables.CRegistry())
}

/// See `belay.h`.
@c @implementation
public func belay_registry_add(
  _ registry: belay_handle, _ id: UnsafePointer<CChar>!, _ pointer: UnsafeMutableRawPointer!,
  _ destroy: (@convention(c) (UnsafeMutableRawPointer?, UnsafeMutableRawPointer?) -> Void)!,
  _ context: UnsafeMutableRawPointer!
) -> belay_status {
  guard let pointer else { return CStatus.invalid }
  let ending = CEnding(function: destroy, context: context)
  return CStatus.registered(registry, id) { (registry, id) throws(RegistryError) in
    try registry.add(id, pointer.assumingMemoryBound(to: UInt8.self)) { ending.run($0) }
  }
}

/// See `belay.h`.
@c @implementation
public func belay_registry_acquire(
  _ registry: belay_handle, _ id: UnsafePointer<CChar>!, _ pointer: UnsafeMutablePointer<UnsafeMutableRawPointer?>!
) -> belay_status {
  guard let pointer else { return CStatus.invalid }
  pointer.pointee = nil
  return CStatus.registered(registry, id) { (registry, id) throws(RegistryError) in
    pointer.pointee = UnsafeMutableRawPointer(try registry.acquire(id))
  }
}

/// See `belay.h`.
@c @implementation
public func belay_registry_release(_ registry: belay_handle, _ id: UnsafePointer<CChar>!) -> belay_status {
  CStatus.registered(registry, id) { (registry, id) throws(RegistryError) in _ = try registry.release(id) }
}

/// See `belay.h`.
@c @implementation
public func belay_registry_with(
  _ registry: belay_handle, _ id: UnsafePointer<CChar>!,
  _ body: (@convention(c) (UnsafeMutableRawPointer?, UnsafeMutableRawPointer?) -> Void)!,
  _ context: UnsafeMutableRawPointer!
) -> belay_status {
  guard let body else { return CStatus.invalid }
  return CStatus.registered(registry, id) { (registry, id) throws(RegistryError) in
    try registry.withResource(id) { body($0, context) }
  }
}

/// See `belay.h`.
@c @implementation
public func belay_registry_count(_ registry: belay_handle, _ count: UnsafeMutablePointer<Int>!) -> belay_status {
  guard let count else { return CStatus.invalid }
  count.pointee = 0
  return CStatus.of(registry, in: CTables.registries) { registry in
    count.pointee = registry.count
    return CStatus.ok
  }
}

/// See `belay.h`.
@c @implementation
public func belay_registry_end(_ registry: belay_handle) -> belay_status {
  CStatus.end(registry, in: CTables.registries) { $0.freeAll() }
}

/// See `belay.h`.
@c @implementation
public func belay_registry_import(
  _ registry: belay_handle, _ entries: UnsafeRawPointer!, _ entrySize: Int, _ count: UnsafeMutablePointer<Int>!,
  _ `import`: belay_import!, _ destroy: (@convention(c) (UnsafeMutableRawPointer?, UnsafeMutableRawPointer?) -> Void)!,
  _ context: UnsafeMutableRawPointer!
) -> belay_status {
  guard let count else { return CStatus.invalid }
  let given = count.pointee
  count.pointee = 0
  guard let `import`, entrySize > 0, given == 0 || entries != nil else { return CStatus.invalid }
  let ending = CEnding(function: destroy, context: context)
  return CStatus.of(registry, in: CTables.registries) { registry in
    for index in 0..<max(0, given) {
      var id = belay_string(bytes: nil, length: 0)
      var pointer: UnsafeMutableRawPointer?
      guard `import`(entries + index * entrySize, &id, &pointer, context) == 0 else { return CStatus.stopped }
      guard let pointer, let id = String(id) else { return CStatus.invalid }
      do throws(RegistryError) {
        try registry.add(id, pointer.assumingMemoryBound(to: UInt8.self)) { ending.run($0) }
      } catch { return error.status }
      count.pointee += 1
    }
    return CStatus.ok
  }
}

extension CStatus {
  /// Runs an operation on a registry.
  fileprivate static func registered(
    _ registry: belay_handle, _ id: UnsafePointer<CChar>?,
    _ body: (CTables.CRegistry, String) throws(RegistryError) -> Void
  ) -> belay_status {
    guard let id, let id = String(validatingCString: id) else { return invalid }
    return of(registry, in: CTables.registries) { registry in
      do throws(RegistryError) {
        try body(registry, id)
        return ok
      } catch { return error.status }
    }
  }
}

extension RegistryError {
  /// The status of `belay.h`.
  fileprivate var status: belay_status {
    switch self {
    case .taken: CStatus.taken
    case .unknown: CStatus.unknown
    }
  }
}
