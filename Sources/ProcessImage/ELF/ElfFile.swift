import Foundation

/// A 64-bit little-endian ELF file: an executable, a shared object or a core dump.
///
/// Nothing in the file is believed: each offset and count is held against the file's size where it is used.
public final class ElfFile: @unchecked Sendable {
  // Sendable: all stored properties are set in the initialiser, but for the cache of symbols, which is under a lock.

  /// What the file is for.
  public enum Kind: UInt16, Sendable {
    /// An executable at fixed addresses.
    case executable = 2
    /// A shared object, or an executable that can stand anywhere.
    case sharedObject = 3
    /// A core dump.
    case core = 4
  }

  /// The processor that the file is for.
  public enum Machine: UInt16, Sendable {
    /// x86-64.
    case x86 = 62
    /// arm64.
    case arm64 = 183
  }

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
    /// The kind: 8 has no bytes in the file.
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
  }

  /// The file's bytes.
  public let block: ByteBlock
  /// A name for messages.
  public let name: String
  /// What the file is for.
  public let kind: Kind
  /// The processor.
  public let machine: Machine
  /// The entry point, without the bias.
  public let entry: UInt64
  /// The program headers.
  public let segments: [Segment]
  /// The section headers.
  public let sections: [Section]

  /// Reads a file's headers.
  public convenience init(path: String) throws(ImageFailure) {
    try self.init(ByteBlock(file: path), name: path)
  }

  /// Reads the headers of a file that is in memory.
  public init(_ block: ByteBlock, name: String) throws(ImageFailure) {
    self.block = block
    self.name = name
    func refuse(_ why: String) -> ImageFailure {
      ImageFailure("cannot read \(name)", why, "give an ELF file for x86-64 or arm64 Linux")
    }
    var cursor = ByteCursor(block.bytes)
    guard cursor.u32() == 0x464c_457f else { throw refuse("it is not an ELF file") }
    guard cursor.u8() == 2, cursor.u8() == 1 else { throw refuse("it is not a 64-bit little-endian file") }
    cursor = ByteCursor(block.bytes, at: 16)
    let type = cursor.u16()
    let machine = cursor.u16()
    guard let kind = Kind(rawValue: type) else { throw refuse("it is neither a program nor a core dump") }
    guard let machine = Machine(rawValue: machine) else { throw refuse("it is for another processor") }
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
    guard !cursor.isExhausted else { throw refuse("its header is cut off") }
    self.kind = kind
    self.machine = machine

    // More headers than 16 bits can count are counted in the first section header: large cores do that.
    if sectionOffset != 0, sectionSize == 64, let position = Int(exactly: sectionOffset) {
      var first = ByteCursor(block.bytes, at: position)
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
    guard segmentCount == 0 || segmentSize == 56, segmentCount <= block.bytes.count / 56 else {
      throw refuse("its program headers are damaged")
    }
    var segments: [Segment] = []
    if segmentCount > 0 {
      var cursor = ByteCursor(block.bytes, at: Int(exactly: segmentOffset) ?? -1)
      for _ in 0..<segmentCount {
        let type = cursor.u32()
        let flags = cursor.u32()
        let offset = cursor.u64()
        let address = cursor.u64()
        _ = cursor.u64()
        let fileSize = cursor.u64()
        let memorySize = cursor.u64()
        _ = cursor.u64()
        guard !cursor.isExhausted else { throw refuse("its program headers are cut off") }
        segments.append(
          Segment(
            type: type, flags: flags, offset: offset, address: address, fileSize: fileSize, memorySize: memorySize))
      }
    }
    self.segments = segments
    // A core is whole without section headers, and a truncated file may have lost them, since they come last.
    sections = ElfFile.sections(block.bytes, sectionOffset, sectionSize == 64 ? sectionCount : 0, nameSection)
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
      return Section(
        name: String(decoding: text.cString(), as: UTF8.self), type: section.type, flags: section.flags,
        address: section.address, offset: section.offset, size: section.size, link: section.link)
    }
  }

  /// The section of a name.
  public func section(_ name: String) -> Section? { sections.first { $0.name == name } }

  /// A section's bytes, decompressed if need be; nil for a section that is not there or has no bytes in the file.
  public func contents(of name: String) throws(ImageFailure) -> ByteBlock? {
    guard let section = section(name) else { return nil }
    return try contents(of: section)
  }

  /// A section's bytes, decompressed if need be.
  public func contents(of section: Section) throws(ImageFailure) -> ByteBlock? {
    guard section.type != 8 else { return nil }
    let raw = block.part(section.offset, section.size)
    guard UInt64(raw.bytes.count) == section.size else {
      throw ImageFailure("cannot read \(section.name) of \(name)", "the file ends before it", "give a whole file")
    }
    guard section.flags & 0x800 != 0 else { return raw }
    var cursor = ByteCursor(raw.bytes)
    let form = cursor.u32()
    cursor.skip(4)
    let size = cursor.u64()
    cursor.skip(8)
    let packed = raw.part(24, .max)
    let label = "\(section.name) of \(name)"
    guard !cursor.isExhausted, let size = Int(exactly: size) else {
      throw ImageFailure("cannot decompress \(label)", "its header is cut off", "give a whole file")
    }
    switch form {
    case 1: return try Decompression.zlib(packed.bytes, size: size, name: label)
    case 2: return try Decompression.zstd(packed.bytes, size: size, name: label)
    default:
      throw ImageFailure(
        "cannot decompress \(label)", "it is compressed in the unknown form \(form)",
        "decompress it with 'objcopy --decompress-debug-sections'")
    }
  }

  /// The bytes that the file holds for an address without the bias, up to the end of their segment.
  public func bytes(at address: UInt64) -> UnsafeRawBufferPointer? {
    for segment in segments where segment.type == 1 && address >= segment.address {
      let distance = address - segment.address
      guard distance < segment.fileSize else { continue }
      let (offset, overflow) = segment.offset.addingReportingOverflow(distance)
      guard !overflow else { continue }
      let part = block.part(offset, segment.fileSize - distance)
      return part.bytes.isEmpty ? nil : part.bytes
    }
    return nil
  }

  private let symbolLock = NSLock()
  private var symbolTable: [String: UInt64]?

  /// The address of a symbol, without the bias.
  /// - Complexity: the first call reads the whole symbol table.
  public func symbol(_ name: String) -> UInt64? {
    symbolLock.withLock {
      if symbolTable == nil { symbolTable = readSymbols() }
      return symbolTable?[name]
    }
  }

  private func readSymbols() -> [String: UInt64] {
    var table: [String: UInt64] = [:]
    for section in sections where section.type == 2 || section.type == 11 {
      guard sections.indices.contains(Int(section.link)) else { continue }
      let names = block.part(sections[Int(section.link)].offset, sections[Int(section.link)].size).bytes
      var cursor = ByteCursor(block.part(section.offset, section.size).bytes)
      while !cursor.isAtEnd {
        let name = cursor.u32()
        cursor.skip(4)
        let value = cursor.u64()
        cursor.skip(8)
        guard !cursor.isExhausted, value != 0 else { continue }
        var text = ByteCursor(names, at: Int(name))
        table[String(decoding: text.cString(), as: UTF8.self)] = value
      }
    }
    return table
  }
}
