import BelayMemory
import CBelay

/// What C reaches by handles that `belay.h` hands out: a table for each kind, so that a handle of another kind is foreign.
enum CTables {
  static let arenas = HandleTable<CArena>(name: "arenas of belay.h")
  static let memories = HandleTable<TrackedAllocator>(name: "tracked memory of belay.h")
  static let boundMaps = HandleTable<CBoundMap>(name: "bound maps of belay.h")
  static let registries = HandleTable<CRegistry>(name: "registries of belay.h")
  static let maps = HandleTable<CMapSource>(name: "maps of belay.h")
  static let callbacks = CallbackContexts<CCallback>(name: "callbacks of belay.h")

  /// The registry of C: resources by a text.
  typealias CRegistry = SharedRegistry<String, UInt8>
}

/// An arena of C.
final class CArena: Sendable {
  let region: Arena

  init(_ region: Arena) { self.region = region }

  func end() { _ = region.freeOnce() }
}

/// A bound map of C. A value ends as the function that its map was made with says.
final class CBoundMap: Sendable {
  let entries: LifetimeBoundMap<CObject>
  let ending: CEnding

  init(_ memory: TrackedAllocator, _ ending: CEnding) {
    entries = LifetimeBoundMap(memory)
    self.ending = ending
  }
}

/// A callback of C, with the function that ends its context.
final class CCallback: @unchecked Sendable {
  // Sendable holds as the interface says that the functions are called from any thread.
  private let function: @convention(c) (UnsafeMutableRawPointer?, UnsafeMutableRawPointer?) -> Void
  private let context: UnsafeMutableRawPointer?
  private var ending: (@convention(c) (UnsafeMutableRawPointer?) -> Void)?

  init(
    _ function: @escaping @convention(c) (UnsafeMutableRawPointer?, UnsafeMutableRawPointer?) -> Void,
    _ context: UnsafeMutableRawPointer?, _ ending: (@convention(c) (UnsafeMutableRawPointer?) -> Void)?
  ) {
    self.function = function
    self.context = context
    self.ending = ending
  }

  deinit { ending?(context) }

  func call(_ argument: UnsafeMutableRawPointer?) { function(argument, context) }

  /// The context is the caller's again. Before anybody else knows it.
  func giveBack() { ending = nil }
}
