// swift-format-ignore-file: AlwaysUseLowerCamelCase
// The names are those of belay.h.

import CBelay

// The functions of `belay.h` about resources; what they promise stands there.

/// A resource of `belay.h`.
private typealias CResource = SharedForeignResource<UInt8>

private func cResource(_ resource: OpaquePointer) -> CResource {
  Unmanaged<CResource>.fromOpaque(UnsafeRawPointer(resource)).takeUnretainedValue()
}

/// See `belay.h`.
@c @implementation
public func belay_resource_create(
  _ name: UnsafePointer<CChar>!, _ pointer: UnsafeMutableRawPointer!,
  _ destroy: (@convention(c) (UnsafeMutableRawPointer?, UnsafeMutableRawPointer?) -> Void)!,
  _ context: UnsafeMutableRawPointer!, _ parent: OpaquePointer!
) -> OpaquePointer! {
  guard let pointer else { return nil }
  var parents: [any SharedResource] = []
  if let parent {
    // The reference of this moment, so that the parent cannot go before the child has its own.
    do throws(ForeignResourceError) { try cResource(parent).retain() } catch { return nil }
    parents = [cResource(parent)]
  }
  let ending = CEnding(function: destroy, context: context)
  let made = CResource(
    takingOwnershipOf: pointer.assumingMemoryBound(to: UInt8.self),
    name: name.map { String(cString: $0) } ?? "resource",
    dependsOn: parents
  ) { ending.run(UnsafeMutableRawPointer($0)) }
  if let parent { _ = belay_resource_release(parent) }
  return OpaquePointer(Unmanaged.passRetained(made).toOpaque())
}

/// See `belay.h`.
@c @implementation
public func belay_resource_retain(_ resource: OpaquePointer!) -> belay_status {
  guard let resource else { return CStatus.invalid }
  do throws(ForeignResourceError) {
    try cResource(resource).retain()
    return CStatus.ok
  } catch { return CStatus.released }
}

/// See `belay.h`.
@c @implementation
public func belay_resource_release(_ resource: OpaquePointer!) -> belay_status {
  guard let resource else { return CStatus.invalid }
  do throws(ForeignResourceError) {
    try cResource(resource).release()
    return CStatus.ok
  } catch { return CStatus.released }
}

/// See `belay.h`.
@c @implementation
public func belay_resource_pointer(_ resource: OpaquePointer!) -> UnsafeMutableRawPointer! {
  guard let resource else { return nil }
  return cResource(resource).pointerWhileHeld.map { UnsafeMutableRawPointer($0) }
}

/// See `belay.h`.
@c @implementation
public func belay_resource_forget(_ resource: OpaquePointer!) {
  guard let resource else { return }
  Unmanaged<CResource>.fromOpaque(UnsafeRawPointer(resource)).release()
}
