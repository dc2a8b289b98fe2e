import BelayMemory
import CLiveMaps
import Locks

/// The maps of the process, in a table that a debugger or `belay inspect` reads from outside, and from a core dump.
///
/// Off unless the process was started with `BELAY_TRACE=maps=1`, or `isOn` is set; then a map that is made costs a lock and about a hundred nanoseconds more, and so does its end. A
/// map costs a single load otherwise. The form of the table is in `belay_live_maps.h`.
///
/// Thread safe.
public enum LiveMaps {
  /// A map in the table.
  public struct Entry: Sendable, Equatable {
    /// A number that no other map of the process has had.
    public let id: UInt64
    /// The map's type.
    public let type: String
    /// The address of its header, for reading from outside.
    public let header: UInt
  }

  /// Whether maps that are made from now on are entered.
  public static var isOn: Bool {
    get { shouldEnter }
    set { belay_live_maps_store_mode(newValue ? on : off) }
  }

  /// The maps in the table, oldest first.
  ///
  /// - Complexity: O(n log n).
  public static func all() -> [Entry] {
    lock.locked {
      records.compactMap { record in
        guard record.header != 0, let type = record.type else { return nil }
        return Entry(id: record.id, type: String(cString: type), header: UInt(record.header))
      }
    }.sorted { $0.id < $1.id }
  }

  private static let off: UInt8 = 1
  private static let on: UInt8 = 2

  private static let lock = Mutex()
  // What follows is reached under the lock only.
  nonisolated(unsafe) private static var lastID: UInt64 = 0
  nonisolated(unsafe) private static var freeRecords: [Int] = []
  nonisolated(unsafe) private static var texts:
    [ObjectIdentifier: (type: UnsafePointer<CChar>, layout: UnsafePointer<CChar>)] = [:]

  private static var table: UnsafeMutablePointer<belay_live_map_table> { belay_live_maps_table() }
  private static var records: UnsafeMutableBufferPointer<belay_live_map> {
    UnsafeMutableBufferPointer(start: table.pointee.records, count: Int(table.pointee.capacity))
  }

  /// Whether a map that is being made is entered.
  static var shouldEnter: Bool {
    switch belay_live_maps_load_mode() {
    case on: return true
    case off: return false
    default:
      let mode = TraceSettings.current.keepsLiveMaps ? on : off
      belay_live_maps_store_mode(mode)
      return mode == on
    }
  }

  /// Enters a map.
  ///
  /// - Returns: The number of its record, from 1.
  static func enter<Key, Value: ~Copyable>(_ map: BucketMap<Key, Value>.Type, header: UnsafeMutablePointer<MapHeader>)
    -> Int
  {
    lock.locked {
      let text = texts(of: map)
      if freeRecords.isEmpty { grow() }
      let index = freeRecords.removeLast()
      lastID += 1
      belay_live_maps_begin()
      records[index] = belay_live_map(
        header: UInt64(UInt(bitPattern: header)), id: lastID, type: text.type, layout: text.layout)
      table.pointee.count += 1
      belay_live_maps_end()
      return index + 1
    }
  }

  /// Takes a map out again.
  @usableFromInline
  static func leave(_ record: Int) {
    lock.locked {
      belay_live_maps_begin()
      records[record - 1] = belay_live_map()
      table.pointee.count -= 1
      belay_live_maps_end()
      freeRecords.append(record - 1)
    }
  }

  /// Doubles the table. The old one is freed: a reader that had begun on it sees that the table has changed, and that its pages may be gone.
  private static func grow() {
    let old = records
    let new = UnsafeMutableBufferPointer<belay_live_map>.allocate(capacity: max(64, old.count * 2))
    new.initialize(repeating: belay_live_map())
    for (index, record) in old.enumerated() { new[index] = record }
    belay_live_maps_begin()
    table.pointee.records = new.baseAddress
    table.pointee.capacity = UInt64(new.count)
    belay_live_maps_end()
    freeRecords += (old.count..<new.count).reversed()
    old.deallocate()
  }

  /// The texts about a type of map; made once for each, and never freed.
  private static func texts<Key, Value: ~Copyable>(
    of map: BucketMap<Key, Value>.Type
  ) -> (type: UnsafePointer<CChar>, layout: UnsafePointer<CChar>) {
    if let known = texts[ObjectIdentifier(map)] { return known }
    let made = (copy("BucketMap<\(Key.self), \(Value.self)>"), copy(map.layoutText))
    texts[ObjectIdentifier(map)] = made
    return made
  }

  private static func copy(_ text: String) -> UnsafePointer<CChar> {
    let bytes = text.utf8CString
    let copy = UnsafeMutableBufferPointer<CChar>.allocate(capacity: bytes.count)
    _ = copy.initialize(from: bytes)
    return UnsafePointer(copy.baseAddress!)
  }
}
