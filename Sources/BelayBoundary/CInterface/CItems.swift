import BelayMemory
import CBelay

/// What C can export with a function of its own: a registry or a bound map.
enum CItems {
  case registry(CTables.CRegistry)
  case boundMap(CBoundMap)

  /// Runs an operation on the container of a handle.
  static func of(_ container: belay_handle, _ body: (CItems) -> belay_status) -> belay_status {
    let status = CStatus.of(container, in: CTables.registries) { body(.registry($0)) }
    // A handle of another table may be a bound map's.
    guard status == CStatus.foreign else { return status }
    return CStatus.of(container, in: CTables.boundMaps) { body(.boundMap($0)) }
  }

  /// About how many entries there are.
  var count: Int {
    switch self {
    case .registry(let registry): registry.count
    case .boundMap(let map): map.entries.count
    }
  }

  /// Calls a function with each entry, which stays until the function returns.
  func forEach<Failure: Error>(_ body: (belay_item) throws(Failure) -> Void) throws(Failure) {
    switch self {
    case .registry(let registry):
      var failure: Failure?
      registry.forEach { id, pointer in
        var id = id
        return id.withUTF8 { bytes in
          let text = bytes.withMemoryRebound(to: CChar.self) { belay_string(bytes: $0.baseAddress, length: $0.count) }
          do throws(Failure) {
            try body(belay_item(id: text, key: 0, value: UnsafeMutableRawPointer(pointer)))
          } catch { failure = error }
          return failure == nil
        }
      }
      if let failure { throw failure }
    case .boundMap(let map):
      for (key, value) in map.entries.snapshot() {
        try body(belay_item(id: belay_string(bytes: nil, length: 0), key: key.number, value: value.pointer))
      }
    }
  }
}

/// Structs of C whose layout Swift does not know, in an arena with a handle, from which C's function takes their strings.
struct CRows: ~Copyable {
  /// Why there are no rows.
  struct Failure: Error { let status: belay_status }

  private let arena: CArena
  /// Zero when C has the arena.
  private var handle: belay_handle
  private let entrySize: Int
  private var base: UnsafeMutableRawPointer
  private(set) var room: Int
  private(set) var count = 0

  init(room: Int, entrySize: Int, name: String) throws(Failure) {
    let arena = CArena(Arena(name: name, chunkBytes: 16 * 1024))
    let base = try Self.allocate(room, entrySize, in: arena)
    let handle: belay_handle
    do throws(HandleError) { handle = try CTables.arenas.insert(arena).rawValue } catch {
      throw Failure(status: error.status)
    }
    self.arena = arena
    self.handle = handle
    self.entrySize = entrySize
    self.room = room
    self.base = base
  }

  // Ended already if C's function did it.
  deinit { if handle != 0 { _ = belay_arena_end(handle) } }

  /// Makes room for twice as many. The rows before stay in the arena unused.
  mutating func grow() throws(Failure) {
    let larger = try Self.allocate(room * 2, entrySize, in: arena)
    larger.copyMemory(from: base, byteCount: count * entrySize)
    base = larger
    room *= 2
  }

  mutating func append(_ item: belay_item, _ convert: belay_convert, _ context: UnsafeMutableRawPointer?)
    throws(Failure)
  {
    let stopped = withUnsafePointer(to: item) { convert($0, base + count * entrySize, handle, context) }
    if stopped != 0 || arena.region.wasFreed { throw Failure(status: CStatus.stopped) }
    count += 1
  }

  consuming func handOver() -> belay_export {
    defer { handle = 0 }
    return belay_export(entries: base, count: count, entry_size: entrySize, owner: handle)
  }

  consuming func send(_ receive: belay_receive, _ context: UnsafeMutableRawPointer?) throws(Failure) {
    if receive(base, count, context) != 0 { throw Failure(status: CStatus.stopped) }
  }

  private static func allocate(
    _ count: Int, _ entrySize: Int, in arena: CArena
  ) throws(Failure) -> UnsafeMutableRawPointer {
    let (byteCount, tooMany) = count.multipliedReportingOverflow(by: entrySize)
    var base: UnsafeMutableRawPointer?
    // The size of a struct is a multiple of its alignment, so its lowest bit tells that.
    let alignment = min(16, entrySize & -entrySize)
    let status =
      tooMany ? CStatus.outOfMemory : arena.allocate(byteCount: byteCount, alignment: alignment) { base = $0 }
    guard let base else { throw Failure(status: status) }
    return base
  }
}
