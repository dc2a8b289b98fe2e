import Executables

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The functions of a 64-bit little-endian ELF file, by address.
///
/// Reads `.symtab`, and `.dynsym` where the file was stripped (System V ABI, chapter 4). A file that is not what it should be has no functions; nothing is
/// read outside of it.
struct ModuleSymbols: Sendable {
  private var starts: [(start: UInt64, size: UInt64, name: Int)] = []
  private var names: [UInt8] = []
  /// What the file loads: places in it, and the addresses that its symbols have for them.
  private var segments: [(offset: Range<UInt64>, start: UInt64)] = []

  /// Reads the symbols of a file; none if it cannot be read.
  init(path: String) {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_size > 0 else { return }
    let size = Int(status.st_size)
    guard let base = mmap(nil, size, PROT_READ, MAP_PRIVATE, file, 0), base != MAP_FAILED else { return }
    defer { munmap(base, size) }
    read(UnsafeRawBufferPointer(start: base, count: size))
  }

  /// Reads the symbols from the bytes of a file.
  init(bytes: UnsafeRawBufferPointer) { read(bytes) }

  private mutating func read(_ bytes: UnsafeRawBufferPointer) {
    guard let tables = try? ElfTables(bytes) else { return }
    let symbolTable: UInt32 = 2
    let dynamicSymbols: UInt32 = 11
    for kind in [symbolTable, dynamicSymbols] where starts.isEmpty {
      for section in tables.sections where section.type == kind { read(section, tables, bytes) }
    }
    for segment in tables.segments {
      let isLoaded = segment.type == 1
      if isLoaded, segment.offset <= .max - segment.fileSize {
        segments.append((segment.offset..<segment.offset + segment.fileSize, segment.address))
      }
    }
    starts.sort { ($0.start, $0.size) < ($1.start, $1.size) }
  }

  private mutating func read(_ section: ElfTables.Section, _ tables: ElfTables, _ bytes: UnsafeRawBufferPointer) {
    guard tables.sections.indices.contains(Int(section.link)),
      let strings = tables.sections[Int(section.link)].bytes(in: bytes), let symbols = section.bytes(in: bytes)
    else { return }
    let nameOffset = names.count
    names.append(contentsOf: strings)
    names.append(0)
    var cursor = ByteCursor(symbols)
    while !cursor.isAtEnd {
      let name = cursor.u32()
      let info = cursor.u8()
      cursor.skip(3)
      let start = cursor.u64()
      let size = cursor.u64()
      let isFunction = info & 15 == 2
      if !cursor.isExhausted, isFunction, start != 0, Int(name) < strings.count {
        starts.append((start, size, nameOffset + Int(name)))
      }
    }
  }

  /// The address that the file's tables have for a place of the file; nil if that place is not loaded.
  func address(ofFileOffset offset: UInt64) -> UInt64? {
    segments.first { $0.offset.contains(offset) }.map { $0.start &+ (offset - $0.offset.lowerBound) }
  }

  /// The function that the code at a place of the file belongs to, as the file calls it, and how far into the function that is.
  ///
  /// - Complexity: O(log n).
  func symbol(atFileOffset offset: UInt64) -> (name: String, offset: UInt64)? {
    guard let address = address(ofFileOffset: offset) else { return nil }
    var low = 0
    var high = starts.count
    while low < high {
      let middle = (low + high) / 2
      if starts[middle].start <= address { low = middle + 1 } else { high = middle }
    }
    guard low > 0 else { return nil }
    let found = starts[low - 1]
    guard found.size == 0 || address - found.start < found.size else { return nil }
    return (String(decoding: names[found.name...].prefix { $0 != 0 }, as: UTF8.self), address - found.start)
  }
}
