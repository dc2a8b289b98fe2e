import Executables
import ProcessImage

/// The table of live `BucketMap`s that a process keeps for readers outside of it; its form is described in `belay_live_maps.h`.
enum LiveMapTable {
  /// "belaymap", as a number.
  private static let magic: UInt64 = 0x7061_6d79_616c_6562
  private static let headerBytes = 48
  private static let recordBytes = 32
  /// Far more maps than a process has: a table that says more is none.
  private static let mostRecords: UInt64 = 1 << 24

  /// The maps of all tables in a process: there is one for each copy of the library that it has loaded.
  ///
  /// The table is searched for in the data of the process's program and libraries, by its first bytes, so that programs without symbols can be read too.
  static func read(_ image: ProcessImage) -> [LiveMap] {
    let programs = Set(image.mappings.filter { $0.isExecutable && $0.isFile }.map(\.path))
    return image.mappings.filter { $0.isWritable && $0.isReadable && programs.contains($0.path) && $0.size <= 1 << 28 }
      .flatMap { mapping in tables(in: mapping, image).flatMap { records(of: $0, image) } }
  }

  private static func tables(in mapping: Mapping, _ image: ProcessImage) -> [UInt64] {
    guard let data = image.bytes(mapping.start, Int(mapping.size)), data.count >= headerBytes else { return [] }
    return data.withUnsafeBytes { data in
      stride(from: 0, through: data.count - headerBytes, by: 8).filter { offset in
        data.loadUnaligned(fromByteOffset: offset, as: UInt64.self) == magic
          && data.loadUnaligned(fromByteOffset: offset + 8, as: UInt32.self) == 1
          && data.loadUnaligned(fromByteOffset: offset + 12, as: UInt32.self) == UInt32(recordBytes)
      }.map { mapping.start + UInt64($0) }
    }
  }

  private static func records(of table: UInt64, _ image: ProcessImage) -> [LiveMap] {
    // A process that runs changes the table now and then, in a fraction of a microsecond.
    for _ in 0..<100 {
      guard let change = image.pointer(table + 16), let capacity = image.pointer(table + 24),
        let records = image.pointer(table + 40), capacity <= mostRecords
      else { return [] }
      let bytes = image.bytes(records, Int(capacity) * recordBytes)
      guard change % 2 == 0, image.pointer(table + 16) == change else { continue }
      return bytes.map { maps(in: $0, image) } ?? []
    }
    return []
  }

  private static func maps(in records: [UInt8], _ image: ProcessImage) -> [LiveMap] {
    var texts: [UInt64: String] = [:]
    func text(_ address: UInt64) -> String? {
      if let known = texts[address] { return known }
      texts[address] = image.cString(address)
      return texts[address]
    }
    return records.withUnsafeBytes { records in
      stride(from: 0, to: records.count, by: recordBytes).compactMap { offset in
        func word(_ index: Int) -> UInt64 { records.loadUnaligned(fromByteOffset: offset + index * 8, as: UInt64.self) }
        guard word(0) != 0, let type = text(word(2)), let layout = text(word(3)).flatMap({ LiveMap.Layout($0) })
        else { return nil }
        return LiveMap(header: word(0), type: type, layout: layout)
      }
    }
  }
}
