// swift-format-ignore-file: AlwaysUseLowerCamelCase
// The names are those of belay.h.

import BelayMemory
import CBelay

// The functions of `belay.h` about tracked memory and the maps that are bound to it; what they promise stands there.

/// See `belay.h`.
@c @implementation
public func belay_memory_create(_ memory: UnsafeMutablePointer<belay_handle>!) -> belay_status {
  CStatus.make(memory, in: CTables.memories, TrackedAllocator())
}

/// See `belay.h`.
@c @implementation
public func belay_memory_allocate(
  _ memory: belay_handle, _ byteCount: Int, _ key: UnsafeMutablePointer<belay_key>!,
  _ base: UnsafeMutablePointer<UnsafeMutableRawPointer?>!
) -> belay_status {
  guard let key else { return CStatus.invalid }
  key.pointee = 0
  base?.pointee = nil
  guard byteCount >= 0 else { return CStatus.outOfMemory }
  return CStatus.tracked(memory) { (memory) throws(TrackedMemoryError) in
    let made = try memory.allocate(byteCount: byteCount)
    key.pointee = made.number
    if let base { base.pointee = try memory.withMemory(made) { $0.baseAddress } }
  }
}

/// See `belay.h`.
@c @implementation
public func belay_memory_adopt(
  _ memory: belay_handle, _ base: UnsafeMutableRawPointer!, _ byteCount: Int,
  _ release: (@convention(c) (UnsafeMutableRawPointer?, UnsafeMutableRawPointer?) -> Void)!,
  _ context: UnsafeMutableRawPointer!, _ key: UnsafeMutablePointer<belay_key>!
) -> belay_status {
  guard let key else { return CStatus.invalid }
  key.pointee = 0
  guard let base, let release, byteCount >= 0 else { return CStatus.invalid }
  let ending = CEnding(function: release, context: context)
  return CStatus.tracked(memory) { (memory) throws(TrackedMemoryError) in
    key.pointee = try memory.adopt(base, byteCount: byteCount) { ending.run($0) }.number
  }
}

/// See `belay.h`.
@c @implementation
public func belay_memory_free(_ memory: belay_handle, _ key: belay_key) -> belay_status {
  CStatus.tracked(memory) { (memory) throws(TrackedMemoryError) in try memory.free(AllocationKey(number: key)) }
}

/// See `belay.h`.
@c @implementation
public func belay_memory_free_address(_ memory: belay_handle, _ base: UnsafeMutableRawPointer!) -> belay_status {
  guard let base else { return CStatus.invalid }
  return CStatus.tracked(memory) { (memory) throws(TrackedMemoryError) in try memory.free(base) }
}

/// See `belay.h`.
@c @implementation
public func belay_memory_key(
  _ memory: belay_handle, _ base: UnsafeRawPointer!, _ key: UnsafeMutablePointer<belay_key>!
) -> belay_status {
  guard let key else { return CStatus.invalid }
  key.pointee = 0
  guard let base else { return CStatus.invalid }
  return CStatus.tracked(memory) { (memory) throws(TrackedMemoryError) in
    guard let found = memory.key(at: base) else { throw .foreignMemory(UInt(bitPattern: base)) }
    key.pointee = found.number
  }
}

/// See `belay.h`.
@c @implementation
public func belay_memory_with(
  _ memory: belay_handle, _ key: belay_key,
  _ body: (@convention(c) (UnsafeMutableRawPointer?, Int, UnsafeMutableRawPointer?) -> Void)!,
  _ context: UnsafeMutableRawPointer!
) -> belay_status {
  guard let body else { return CStatus.invalid }
  return CStatus.tracked(memory) { (memory) throws(TrackedMemoryError) in
    try memory.withMemory(AllocationKey(number: key)) { body($0.baseAddress, $0.count, context) }
  }
}

/// See `belay.h`.
@c @implementation
public func belay_memory_count(_ memory: belay_handle, _ count: UnsafeMutablePointer<Int>!) -> belay_status {
  guard let count else { return CStatus.invalid }
  count.pointee = 0
  return CStatus.tracked(memory) { (memory) throws(TrackedMemoryError) in count.pointee = memory.count }
}

/// See `belay.h`.
@c @implementation
public func belay_memory_end(_ memory: belay_handle) -> belay_status {
  CStatus.end(memory, in: CTables.memories) { $0.freeAll() }
}

// MARK: Bound maps

/// See `belay.h`.
@c @implementation
public func belay_bound_create(
  _ memory: belay_handle, _ end: (@convention(c) (UnsafeMutableRawPointer?, UnsafeMutableRawPointer?) -> Void)!,
  _ context: UnsafeMutableRawPointer!, _ map: UnsafeMutablePointer<belay_handle>!
) -> belay_status {
  guard let map else { return CStatus.invalid }
  map.pointee = 0
  return CStatus.of(memory, in: CTables.memories) { memory in
    CStatus.make(map, in: CTables.boundMaps, CBoundMap(memory, CEnding(function: end, context: context)))
  }
}

/// See `belay.h`.
@c @implementation
public func belay_bound_set(
  _ map: belay_handle, _ key: belay_key, _ value: UnsafeMutableRawPointer!
) -> belay_status {
  CStatus.of(map, in: CTables.boundMaps) { map in
    let entry = CObject(value, map.ending)
    do throws(TrackedMemoryError) {
      _ = try map.entries.set(entry, for: AllocationKey(number: key))
      return CStatus.ok
    } catch {
      entry.giveBack()
      return error.status
    }
  }
}

/// See `belay.h`.
@c @implementation
public func belay_bound_with(
  _ map: belay_handle, _ key: belay_key,
  _ body: (@convention(c) (UnsafeMutableRawPointer?, UnsafeMutableRawPointer?) -> Void)!,
  _ context: UnsafeMutableRawPointer!
) -> belay_status {
  guard let body else { return CStatus.invalid }
  return CStatus.bound(map) { (map) throws(TrackedMemoryError) in
    guard let value = try map.entries.value(for: AllocationKey(number: key)) else { return CStatus.unknown }
    body(value.pointer, context)
    return CStatus.ok
  }
}

/// See `belay.h`.
@c @implementation
public func belay_bound_remove(_ map: belay_handle, _ key: belay_key) -> belay_status {
  CStatus.bound(map) { (map) throws(TrackedMemoryError) in
    try map.entries.removeValue(for: AllocationKey(number: key)) == nil ? CStatus.unknown : CStatus.ok
  }
}

/// See `belay.h`.
@c @implementation
public func belay_bound_count(_ map: belay_handle, _ count: UnsafeMutablePointer<Int>!) -> belay_status {
  guard let count else { return CStatus.invalid }
  count.pointee = 0
  return CStatus.bound(map) { (map) throws(TrackedMemoryError) in
    count.pointee = map.entries.count
    return CStatus.ok
  }
}

/// See `belay.h`.
@c @implementation
public func belay_bound_end(_ map: belay_handle) -> belay_status {
  CStatus.end(map, in: CTables.boundMaps) { $0.entries.removeAll() }
}

extension CStatus {
  /// Runs an operation on tracked memory.
  fileprivate static func tracked(
    _ memory: belay_handle, _ body: (TrackedAllocator) throws(TrackedMemoryError) -> Void
  ) -> belay_status {
    of(memory, in: CTables.memories) { memory in
      do throws(TrackedMemoryError) {
        try body(memory)
        return ok
      } catch { return error.status }
    }
  }

  /// Runs an operation on a bound map.
  fileprivate static func bound(
    _ map: belay_handle, _ body: (CBoundMap) throws(TrackedMemoryError) -> belay_status
  ) -> belay_status {
    of(map, in: CTables.boundMaps) { map in
      do throws(TrackedMemoryError) { return try body(map) } catch { return error.status }
    }
  }
}
