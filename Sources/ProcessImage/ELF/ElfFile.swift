import Executables

/// A 64-bit little-endian ELF file: an executable, a shared object or a core dump.
///
/// Nothing in the file is believed: each offset and count is held against the file's size where it is used.
public final class ElfFile: Sendable {
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
  public typealias Segment = ElfTables.Segment
  /// A section header.
  public typealias Section = ElfTables.Section

  /// The file's bytes.
  public let block: ByteBlock
  /// A name for messages.
  public let name: String
  /// What the file is for.
  public let kind: Kind
  /// The processor.
  public let machine: Machine
  private let tables: ElfTables
  /// The entry point, without the bias.
  public var entry: UInt64 { tables.entry }
  /// The program headers.
  public var segments: [Segment] { tables.segments }
  /// The section headers.
  public var sections: [Section] { tables.sections }

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
    do {
      tables = try ElfTables(block.bytes)
    } catch {
      throw refuse(error.why)
    }
    guard let kind = Kind(rawValue: tables.type) else { throw refuse("it is neither a program nor a core dump") }
    guard let machine = Machine(rawValue: tables.machine) else { throw refuse("it is for another processor") }
    self.kind = kind
    self.machine = machine
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
}
