// swift-format-ignore-file: AlwaysUseLowerCamelCase
// The names are those of belay.h.

import CBelay

// The functions of `belay.h` about callbacks; what they promise stands there.

/// See `belay.h`.
@c @implementation
public func belay_callback_create(
  _ kind: Int32, _ function: (@convention(c) (UnsafeMutableRawPointer?, UnsafeMutableRawPointer?) -> Void)!,
  _ context: UnsafeMutableRawPointer!, _ end: (@convention(c) (UnsafeMutableRawPointer?) -> Void)!,
  _ callback: UnsafeMutablePointer<belay_handle>!
) -> belay_status {
  guard let callback else { return CStatus.invalid }
  callback.pointee = 0
  guard let function, kind == 0 || kind == 1 else { return CStatus.invalid }
  let made = CCallback(function, context, end)
  do throws(HandleError) {
    callback.pointee = try CTables.callbacks.register(kind == 1 ? .once : .repeated, made).handle.rawValue
    return CStatus.ok
  } catch {
    made.giveBack()
    return error.status
  }
}

/// See `belay.h`.
@c @implementation
public func belay_callback_call(
  _ handle: UnsafeRawPointer!, _ argument: UnsafeMutableRawPointer!
) -> belay_status {
  let found: Void? = CTables.callbacks.call(UnsafeMutableRawPointer(mutating: handle)) { $0.call(argument) }
  return found == nil ? CStatus.stale : CStatus.ok
}

/// See `belay.h`.
@c @implementation
public func belay_callback_cancel(_ callback: belay_handle) -> belay_status {
  do throws(HandleError) {
    try CTables.callbacks.table.remove(Handle(rawValue: callback))
    return CStatus.ok
  } catch { return error.status }
}

/// See `belay.h`.
@c @implementation
public func belay_callback_late_calls() -> Int { CTables.callbacks.lateCalls }
