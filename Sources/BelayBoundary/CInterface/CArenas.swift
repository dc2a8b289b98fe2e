// swift-format-ignore-file: AlwaysUseLowerCamelCase
// The names are those of belay.h.

import BelayMemory
import CBelay

// The functions of `belay.h` about arenas; what they promise stands there.

/// See `belay.h`.
@c @implementation
public func belay_arena_create(
  _ name: UnsafePointer<CChar>!, _ arena: UnsafeMutablePointer<belay_handle>!
) -> belay_status {
  let name = name.map { String(cString: $0) } ?? "arena"
  return CStatus.make(arena, in: CTables.arenas, CArena(Arena(name: name, chunkBytes: 16 * 1024)))
}

/// See `belay.h`.
@c @implementation
public func belay_arena_allocate(
  _ arena: belay_handle, _ byteCount: Int, _ alignment: Int, _ memory: UnsafeMutablePointer<UnsafeMutableRawPointer?>!
) -> belay_status {
  guard let memory else { return CStatus.invalid }
  memory.pointee = nil
  guard alignment > 0, alignment <= 4096, alignment & (alignment - 1) == 0 else { return CStatus.invalid }
  // What C gave as a size above half of the address space is negative here.
  guard byteCount >= 0 else { return CStatus.outOfMemory }
  return CStatus.of(arena, in: CTables.arenas) { arena in
    arena.allocate(byteCount: max(1, byteCount), alignment: alignment) { memory.pointee = $0 }
  }
}

/// See `belay.h`.
@c @implementation
public func belay_arena_string(
  _ arena: belay_handle, _ bytes: UnsafePointer<CChar>!, _ length: Int, _ string: UnsafeMutablePointer<belay_string>!
) -> belay_status {
  guard let string else { return CStatus.invalid }
  string.pointee = belay_string(bytes: nil, length: 0)
  guard bytes != nil || length == 0 else { return CStatus.invalid }
  guard length >= 0, length < Int.max else { return CStatus.outOfMemory }
  return CStatus.of(arena, in: CTables.arenas) { arena in
    arena.allocate(byteCount: length + 1, alignment: 1) { copy in
      if let bytes { copy.copyMemory(from: bytes, byteCount: length) }
      string.pointee = belay_string(bytes: UnsafeRawPointer(copy).assumingMemoryBound(to: CChar.self), length: length)
    }
  }
}

/// See `belay.h`.
@c @implementation
public func belay_arena_used(
  _ arena: belay_handle, _ byteCount: UnsafeMutablePointer<Int>!
) -> belay_status {
  guard let byteCount else { return CStatus.invalid }
  byteCount.pointee = 0
  return CStatus.of(arena, in: CTables.arenas) { arena in
    byteCount.pointee = arena.region.usedBytes
    return CStatus.ok
  }
}

/// See `belay.h`.
@c @implementation
public func belay_arena_end(_ arena: belay_handle) -> belay_status {
  CStatus.end(arena, in: CTables.arenas) { $0.end() }
}

extension CArena {
  /// Takes memory, and passes its address on; the status of `belay.h`.
  func allocate(byteCount: Int, alignment: Int, _ body: (UnsafeMutableRawPointer) -> Void) -> belay_status {
    do throws(MemoryError) {
      // Ended by another thread since the handle was looked up.
      guard let block = try region.allocateUnlessFreed(byteCount: byteCount, alignment: alignment) else {
        return CStatus.stale
      }
      body(block.base)
      return CStatus.ok
    } catch { return CStatus.outOfMemory }
  }
}
