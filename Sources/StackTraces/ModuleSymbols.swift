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
  private var starts: [(start: UInt, size: UInt, name: Int)] = []
  private var names: [UInt8] = []
  /// What the file loads: places in it, and the addresses that its symbols have for them.
  private var segments: [(offset: Range<UInt>, start: UInt)] = []

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
    let reader = Reader(bytes: bytes)
    guard reader.word(0) as UInt32? == 0x464c_457f, reader.word(4) as UInt8? == 2, reader.word(5) as UInt8? == 1,
      let table = (reader.word(40) as UInt64?).flatMap({ Int(exactly: $0) }),
      let entryBytes = (reader.word(58) as UInt16?).map({ Int($0) }), entryBytes >= 64,
      let count = (reader.word(60) as UInt16?).map({ Int($0) })
    else { return }
    let sections = (0..<count).compactMap { Section(reader, table, $0 * entryBytes) }
    guard sections.count == count else { return }
    let symbolTable: UInt32 = 2
    let dynamicSymbols: UInt32 = 11
    for kind in [symbolTable, dynamicSymbols] where starts.isEmpty {
      for section in sections where section.kind == kind { read(section, sections, reader) }
    }
    readSegments(reader)
    starts.sort { ($0.start, $0.size) < ($1.start, $1.size) }
  }

  private mutating func readSegments(_ reader: Reader) {
    guard let table = (reader.word(32) as UInt64?).flatMap({ Int(exactly: $0) }),
      let entryBytes = (reader.word(54) as UInt16?).map({ Int($0) }), entryBytes >= 56,
      let count = (reader.word(56) as UInt16?).map({ Int($0) })
    else { return }
    for index in 0..<count {
      let (entry, overflow) = table.addingReportingOverflow(index * entryBytes)
      guard !overflow, let kind: UInt32 = reader.word(entry), let offset: UInt64 = reader.word(entry, 8),
        let start: UInt64 = reader.word(entry, 16), let size: UInt64 = reader.word(entry, 32)
      else { return }
      let isLoaded = kind == 1
      if isLoaded, offset <= .max - size { segments.append((UInt(offset)..<UInt(offset + size), UInt(start))) }
    }
  }

  private mutating func read(_ section: Section, _ sections: [Section], _ reader: Reader) {
    guard section.link < sections.count, let strings = reader.slice(sections[section.link]),
      let symbols = reader.slice(section)
    else { return }
    let entryBytes = 24
    let nameOffset = names.count
    names.append(contentsOf: strings)
    names.append(0)
    let table = Reader(bytes: symbols)
    for index in 0..<(symbols.count / entryBytes) {
      let entry = index * entryBytes
      guard let name: UInt32 = table.word(entry), let info: UInt8 = table.word(entry + 4),
        let start: UInt64 = table.word(entry + 8), let size: UInt64 = table.word(entry + 16)
      else { return }
      let isFunction = info & 15 == 2
      if isFunction, start != 0, Int(name) < strings.count {
        starts.append((UInt(start), UInt(size), nameOffset + Int(name)))
      }
    }
  }

  /// The address that the file's tables have for a place of the file; nil if that place is not loaded.
  func address(ofFileOffset offset: UInt) -> UInt? {
    segments.first { $0.offset.contains(offset) }.map { $0.start &+ (offset - $0.offset.lowerBound) }
  }

  /// The function that the code at a place of the file belongs to, as the file calls it, and how far into the function that is.
  ///
  /// - Complexity: O(log n).
  func symbol(atFileOffset offset: UInt) -> (name: String, offset: UInt)? {
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

  private struct Section {
    let kind: UInt32
    let offset: UInt64
    let size: UInt64
    let link: Int

    init?(_ reader: Reader, _ table: Int, _ offset: Int) {
      let (start, overflow) = table.addingReportingOverflow(offset)
      guard !overflow, let kind: UInt32 = reader.word(start, 4), let place: UInt64 = reader.word(start, 24),
        let size: UInt64 = reader.word(start, 32), let link: UInt32 = reader.word(start, 40)
      else { return nil }
      self.kind = kind
      self.offset = place
      self.size = size
      self.link = Int(link)
    }
  }

  private struct Reader {
    let bytes: UnsafeRawBufferPointer

    func word<Word: FixedWidthInteger & BitwiseCopyable>(_ base: Int, _ offset: Int = 0) -> Word? {
      let (start, overflow) = base.addingReportingOverflow(offset)
      guard !overflow, start >= 0, start <= bytes.count - MemoryLayout<Word>.size else { return nil }
      return Word(littleEndian: bytes.loadUnaligned(fromByteOffset: start, as: Word.self))
    }

    func slice(_ section: Section) -> UnsafeRawBufferPointer? {
      guard let offset = Int(exactly: section.offset), let size = Int(exactly: section.size), offset <= bytes.count,
        size <= bytes.count - offset
      else { return nil }
      return UnsafeRawBufferPointer(rebasing: bytes[offset..<(offset + size)])
    }
  }
}
