import Foundation

/// The identifiers of one check, each kept once, so that equal names have equal `Name`s in all files. Safe to use from several threads.
///
/// Sharded by hash: a file asks once for each of its distinct identifiers (`NameCache`), and threads that ask at the same time seldom meet.
final class NameTable: @unchecked Sendable {
  // Unchecked: a shard is read and written only under its own mutex.
  private final class Shard {
    private var mutex = pthread_mutex_t()
    /// Open addressing: 0 is free, otherwise the index in `names` plus one.
    private var slots = [Int32](repeating: 0, count: 256)
    private var hashes: [UInt64] = []
    private var names: [String] = []

    init() { pthread_mutex_init(&mutex, nil) }
    deinit { pthread_mutex_destroy(&mutex) }

    func intern(_ bytes: UnsafeRawBufferPointer, hash: UInt64) -> Int32 {
      pthread_mutex_lock(&mutex)
      defer { pthread_mutex_unlock(&mutex) }
      var mask = slots.count - 1
      var slot = Int(truncatingIfNeeded: hash >> 8) & mask
      while slots[slot] != 0 {
        let index = Int(slots[slot]) - 1
        if hashes[index] == hash && equal(names[index], bytes) { return Int32(index) }
        slot = (slot + 1) & mask
      }
      names.append(String(decoding: bytes, as: UTF8.self))
      hashes.append(hash)
      slots[slot] = Int32(names.count)
      if names.count * 2 > slots.count {
        slots = [Int32](repeating: 0, count: slots.count * 2)
        mask = slots.count - 1
        for index in names.indices {
          var slot = Int(truncatingIfNeeded: hashes[index] >> 8) & mask
          while slots[slot] != 0 { slot = (slot + 1) & mask }
          slots[slot] = Int32(index + 1)
        }
      }
      return Int32(names.count - 1)
    }

    func string(_ index: Int) -> String {
      pthread_mutex_lock(&mutex)
      defer { pthread_mutex_unlock(&mutex) }
      return names[index]
    }

    private func equal(_ name: String, _ bytes: UnsafeRawBufferPointer) -> Bool {
      var name = name
      return name.withUTF8 { $0.count == bytes.count && memcmp($0.baseAddress!, bytes.baseAddress!, bytes.count) == 0 }
    }
  }

  private static let shardBits: Int32 = 4
  private let shards = (0..<(1 << NameTable.shardBits)).map { _ in Shard() }

  /// The name of the bytes of an identifier. Complexity: O(length).
  func intern(_ bytes: UnsafeRawBufferPointer, hash: UInt64) -> Name {
    let shard = Int32(truncatingIfNeeded: hash) & ((1 << Self.shardBits) - 1)
    return Name((shards[Int(shard)].intern(bytes, hash: hash) + 1) << Self.shardBits | shard)
  }

  /// The name of a string.
  func intern(_ string: String) -> Name {
    var string = string
    return string.withUTF8 { utf8 in
      let bytes = UnsafeRawBufferPointer(utf8)
      return intern(bytes, hash: Self.hash(bytes))
    }
  }

  /// What the source calls it. Complexity: O(1), under a lock.
  func string(_ name: Name) -> String {
    if name.rawValue == 0 { return "" }
    return shards[Int(name.rawValue & ((1 << Self.shardBits) - 1))].string(Int(name.rawValue >> Self.shardBits) - 1)
  }

  /// FNV-1a, finished by a multiplication so that low and high bits are both fit to choose a slot.
  static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return finish(hash)
  }

  /// The last step of `hash`, for a lexer that hashes while it scans.
  static func finish(_ hash: UInt64) -> UInt64 {
    let product = hash &* 0x9e37_79b9_7f4a_7c15
    return product ^ (product >> 32)
  }
}

/// The identifiers of one file that were met already: saves the way to the shared table.
struct NameCache {
  private struct Entry {
    var hash: UInt64
    var start: UInt32
    var length: UInt32
    var name: Name
  }

  private let table: NameTable
  private let source: UnsafePointer<UInt8>
  private var entries: UnsafeMutablePointer<Entry>
  private var mask: Int
  private var count = 0

  /// A cache for a file; `source` must stay alive as long as the cache is used.
  init(table: NameTable, source: UnsafePointer<UInt8>) {
    self.table = table
    self.source = source
    mask = 511
    entries = .allocate(capacity: mask + 1)
    entries.initialize(repeating: Entry(hash: 0, start: 0, length: 0, name: Name(0)), count: mask + 1)
  }

  /// Gives the cache's memory back; it must not be used afterwards.
  func deallocate() { entries.deallocate() }

  mutating func name(start: Int, length: Int, hash: UInt64) -> Name {
    var slot = Int(truncatingIfNeeded: hash) & mask
    while entries[slot].length != 0 {
      if entries[slot].hash == hash && Int(entries[slot].length) == length
        && memcmp(source + Int(entries[slot].start), source + start, length) == 0
      {
        return entries[slot].name
      }
      slot = (slot + 1) & mask
    }
    let name = table.intern(UnsafeRawBufferPointer(start: source + start, count: length), hash: hash)
    entries[slot] = Entry(hash: hash, start: UInt32(start), length: UInt32(length), name: name)
    count += 1
    if count * 2 > mask { grow() }
    return name
  }

  private mutating func grow() {
    let old = entries
    let oldCount = mask + 1
    mask = oldCount * 2 - 1
    entries = .allocate(capacity: mask + 1)
    entries.initialize(repeating: Entry(hash: 0, start: 0, length: 0, name: Name(0)), count: mask + 1)
    for index in 0..<oldCount where old[index].length != 0 {
      var slot = Int(truncatingIfNeeded: old[index].hash) & mask
      while entries[slot].length != 0 { slot = (slot + 1) & mask }
      entries[slot] = old[index]
    }
    old.deallocate()
  }
}
