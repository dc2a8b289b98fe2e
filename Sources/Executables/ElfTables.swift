/// The header, the program headers and the section headers of a 64-bit little-endian ELF file (System V ABI, chapters 4 and 5).
///
/// Nothing in the file is believed: each offset and count is held against the file's size where it is used.
public struct ElfTables: Sendable {
  /// A program header.
  public struct Segment: Sendable {
    /// The kind: 1 is loaded, 4 holds notes.
    public let type: UInt32
    /// Permissions: 1 execute, 2 write, 4 read.
    public let flags: UInt32
    /// Where its bytes stand in the file.
    public let offset: UInt64
    /// Where it is loaded, without the bias.
    public let address: UInt64
    /// How many bytes of it are in the file.
    public let fileSize: UInt64
    /// How many bytes it has in memory.
    public let memorySize: UInt64
  }

  /// A section header.
  public struct Section: Sendable {
    /// The name.
    public let name: String
    /// The kind: 2 and 11 hold symbols, 8 has no bytes in the file.
    public let type: UInt32
    /// The flags: 0x800 is compressed.
    public let flags: UInt64
    /// Where it is loaded, without the bias; 0 if it is not.
    public let address: UInt64
    /// Where its bytes stand in the file.
    public let offset: UInt64
    /// How many bytes it has.
    public let size: UInt64
    /// The number of the section it refers to.
    public let link: UInt32

    /// Its bytes as they stand in the file; nil if the file ends before it does.
    public func bytes(in file: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
      guard let start = Int(exactly: offset), let size = Int(exactly: size), start <= file.count,
        size <= file.count - start
      else { return nil }
      return UnsafeRawBufferPointer(rebasing: file[start..<(start + size)])
    }
  }

  /// Why bytes are no such file.
  public struct Damage: Error {
    /// The reason in words.
    public let why: String
  }

  /// What the file is for: 2 is an executable, 3 a shared object, 4 a core dump.
  public let type: UInt16
  /// The processor.
  public let machine: UInt16
  /// The entry point, without the bias.
  public let entry: UInt64
  /// The program headers.
  public let segments: [Segment]
  /// The section headers. A file may have none, and a truncated one may have lost them, since they come last.
  public let sections: [Section]

  /// Reads the tables of a file.
  public init(_ bytes: UnsafeRawBufferPointer) throws(Damage) {
    var cursor = ByteCursor(bytes)
    guard cursor.u32() == 0x464c_457f else { throw Damage(why: "it is not an ELF file") }
    guard cursor.u8() == 2, cursor.u8() == 1 else { throw Damage(why: "it is not a 64-bit little-endian file") }
    cursor = ByteCursor(bytes, at: 16)
    type = cursor.u16()
    machine = cursor.u16()
    cursor.skip(4)
    entry = cursor.u64()
    let segmentOffset = cursor.u64()
    let sectionOffset = cursor.u64()
    cursor.skip(6)
    let segmentSize = cursor.u16()
    var segmentCount = Int(cursor.u16())
    let sectionSize = cursor.u16()
    var sectionCount = Int(cursor.u16())
    var nameSection = Int(cursor.u16())
    guard !cursor.isExhausted else { throw Damage(why: "its header is cut off") }

    // More headers than 16 bits can count are counted in the first section header: large cores do that.
    if sectionOffset != 0, sectionSize == 64, let position = Int(exactly: sectionOffset) {
      var first = ByteCursor(bytes, at: position)
      first.skip(32)
      let realCount = first.u64()
      let realNames = first.u32()
      let realSegments = first.u32()
      if !first.isExhausted {
        if sectionCount == 0 { sectionCount = Int(clamping: realCount) }
        if nameSection == 0xffff { nameSection = Int(realNames) }
        if segmentCount == 0xffff { segmentCount = Int(realSegments) }
      }
    }
    guard segmentCount == 0 || segmentSize == 56, segmentCount <= bytes.count / 56 else {
      throw Damage(why: "its program headers are damaged")
    }
    segments = try ElfTables.segments(bytes, segmentOffset, segmentCount)
    sections = ElfTables.sections(bytes, sectionOffset, sectionSize == 64 ? sectionCount : 0, nameSection)
  }

  private static func segments(_ bytes: UnsafeRawBufferPointer, _ offset: UInt64, _ count: Int) throws(Damage)
    -> [Segment]
  {
    guard count > 0 else { return [] }
    var segments: [Segment] = []
    var cursor = ByteCursor(bytes, at: Int(exactly: offset) ?? -1)
    for _ in 0..<count {
      let type = cursor.u32()
      let flags = cursor.u32()
      let offset = cursor.u64()
      let address = cursor.u64()
      _ = cursor.u64()
      let fileSize = cursor.u64()
      let memorySize = cursor.u64()
      _ = cursor.u64()
      guard !cursor.isExhausted else { throw Damage(why: "its program headers are cut off") }
      segments.append(
        Segment(
          type: type, flags: flags, offset: offset, address: address, fileSize: fileSize, memorySize: memorySize))
    }
    return segments
  }

  private static func sections(_ bytes: UnsafeRawBufferPointer, _ offset: UInt64, _ count: Int, _ names: Int)
    -> [Section]
  {
    guard offset != 0, let start = Int(exactly: offset), count <= bytes.count / 64 else { return [] }
    var cursor = ByteCursor(bytes, at: start)
    var raw: [(name: UInt32, section: Section)] = []
    for _ in 0..<count {
      let name = cursor.u32()
      let type = cursor.u32()
      let flags = cursor.u64()
      let address = cursor.u64()
      let offset = cursor.u64()
      let size = cursor.u64()
      let link = cursor.u32()
      cursor.skip(20)
      if cursor.isExhausted { break }
      raw.append(
        (name, Section(name: "", type: type, flags: flags, address: address, offset: offset, size: size, link: link)))
    }
    guard raw.indices.contains(names) else { return raw.map(\.section) }
    let base = raw[names].section.offset
    return raw.map { name, section in
      var text = ByteCursor(bytes, at: Int(exactly: base.addingReportingOverflow(UInt64(name)).partialValue) ?? -1)
      // Sections can share a name: a long one for each of them would take memory without end.
      return Section(
        name: String(decoding: text.cString(limit: 256), as: UTF8.self), type: section.type, flags: section.flags,
        address: section.address, offset: section.offset, size: section.size, link: section.link)
    }
  }
}
