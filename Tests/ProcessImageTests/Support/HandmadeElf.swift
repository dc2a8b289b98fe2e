/// ELF files made by hand: small, so that thousands of damaged ones are read in a second.
enum HandmadeElf {
  /// A part of the file that a program header describes.
  struct Segment {
    var type: UInt32
    var flags: UInt32 = 6
    var address: UInt64 = 0
    var bytes: [UInt8]
  }

  /// A file of a kind (2 is a program, 4 a core dump) with segments and sections.
  static func file(kind: UInt16, segments: [Segment], sections: [(name: String, bytes: [UInt8])] = []) -> [UInt8] {
    var out = ByteWriter()
    out.put([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1] + [UInt8](repeating: 0, count: 9))
    out.put(kind)
    out.put(UInt16(62))
    out.put(UInt32(1))
    out.put(UInt64(0x40_1000))
    out.put(UInt64(64))
    out.put(UInt64(0))
    out.put(UInt32(0))
    out.put(UInt16(64))
    out.put(UInt16(56))
    out.put(UInt16(segments.count))
    out.put(UInt16(64))
    out.put(UInt16(0))
    out.put(UInt16(0))
    var offset = UInt64(64 + 56 * segments.count)
    for segment in segments {
      out.put(segment.type)
      out.put(segment.flags)
      out.put(offset)
      out.put(segment.address)
      out.put(segment.address)
      out.put(UInt64(segment.bytes.count))
      out.put(UInt64(segment.bytes.count))
      out.put(UInt64(8))
      offset += UInt64(segment.bytes.count)
    }
    for segment in segments { out.put(segment.bytes) }
    guard !sections.isEmpty else { return out.bytes }
    var names = ByteWriter()
    names.put("")
    var headers: [(name: UInt32, offset: Int, size: Int)] = []
    for section in sections {
      headers.append((UInt32(names.bytes.count), out.bytes.count, section.bytes.count))
      names.put(section.name)
      out.put(section.bytes)
    }
    headers.append((UInt32(names.bytes.count), out.bytes.count, names.bytes.count + 10))
    names.put(".shstrtab")
    out.put(names.bytes)
    out.align(8)
    out.set(UInt64(out.bytes.count), at: 40)
    out.set(UInt16(headers.count), at: 60)
    out.set(UInt16(headers.count - 1), at: 62)
    for header in headers {
      out.put(header.name)
      out.put(UInt32(1))
      for _ in 0..<2 { out.put(UInt64(0)) }
      out.put(UInt64(header.offset))
      out.put(UInt64(header.size))
      for _ in 0..<3 { out.put(UInt64(0)) }
    }
    return out.bytes
  }

  /// A program with two Go units, of DWARF 4 and 5, each with the type `main.T`, its pointer and a variable.
  static var program: [UInt8] {
    file(
      kind: 2,
      segments: [
        Segment(type: 1, flags: 5, address: 0x40_0000, bytes: Array(repeating: 0x90, count: 64)),
        Segment(type: 4, flags: 4, bytes: note("GNU", 3, Array(1...20))),
      ],
      sections: [
        (".debug_info", unit(version: 4) + unit(version: 5)), (".debug_abbrev", abbreviations),
        (".debug_str", Array("\0main.shared\0".utf8)),
        // The header of a table in DWARF 5, and what the unit's base leads to.
        (".debug_addr", [0, 0, 0, 0, 5, 0, 8, 0] + words([0x50_0000])),
        (".debug_str_offsets", [0, 0, 0, 0, 5, 0, 0, 0, 1, 0, 0, 0]),
      ])
  }

  static func words(_ values: [UInt64]) -> [UInt8] {
    var out = ByteWriter()
    for value in values { out.put(value) }
    return out.bytes
  }

  static func note(_ owner: String, _ type: UInt32, _ content: [UInt8]) -> [UInt8] {
    var out = ByteWriter()
    out.put(UInt32(owner.utf8.count + 1))
    out.put(UInt32(content.count))
    out.put(type)
    out.put(owner)
    out.align(4)
    out.put(content)
    out.align(4)
    return out.bytes
  }

  /// Shapes: 1 a unit, 2 a struct, 3 a member, 4 a variable with a place, 5 one by index, 6 a map's name, 7 a constant.
  private static var abbreviations: [UInt8] {
    func shape(_ code: UInt8, _ tag: UInt8, _ children: UInt8, _ attributes: [[UInt8]]) -> [UInt8] {
      [code, tag, children] + attributes.flatMap { $0 } + [0, 0]
    }
    let (name, type) = ([UInt8(0x03), 0x08], [UInt8(0x49), 0x13])
    return shape(1, 0x11, 1, [[0x13, 0x0b], name, [0x73, 0x17], [0x72, 0x17]])
      + shape(2, 0x13, 1, [name, [0x0b, 0x0f], [0x80, 0x52, 0x0b], [0x84, 0x52, 0x01]])
      + shape(3, 0x0d, 0, [name, [0x38, 0x0f], type]) + shape(4, 0x34, 0, [name, [0x02, 0x0a], type])
      + shape(5, 0x34, 0, [[0x03, 0x25], [0x02, 0x18], type])
      + shape(6, 0x16, 0, [name, type, [0x80, 0x52, 0x0b], [0x81, 0x52, 0x13], [0x82, 0x52, 0x13]])
      + shape(7, 0x27, 0, [name, [0x1c, 0x0f]]) + [0]
  }

  private static func unit(version: UInt16) -> [UInt8] {
    var out = ByteWriter()
    out.put(UInt32(0))
    out.put(version)
    if version == 5 { out.put([1, 8]) }
    out.put(UInt32(0))
    if version == 4 { out.put([8]) }
    out.put([1, 0x16])
    out.put("main")
    out.put(UInt32(8))
    out.put(UInt32(8))
    let type = UInt32(out.bytes.count)
    out.put([2])
    out.put("main.T\(version)")
    out.put([16, 25])
    out.put(UInt64(0x100) * UInt64(version))
    for (name, offset) in [("next", UInt8(0)), ("value", 8)] {
      out.put([3])
      out.put(name)
      out.put([offset])
      out.put(type)
    }
    out.put([0, 4])
    out.put("main.global\(version)")
    out.put([9, 3])
    out.put(UInt64(0x50_0000))
    out.put(type)
    if version == 5 {
      out.put([5, 0, 2, 0xa1, 0])
      out.put(type)
    }
    out.put([6])
    out.put("map[main.T]main.T")
    out.put(type)
    out.put([21])
    out.put(type)
    out.put(type)
    out.put([7])
    out.put("main.constant")
    out.put([42, 0])
    out.set(UInt32(out.bytes.count - 4), at: 0)
    return out.bytes
  }

  /// The core dump of a program: registers, the auxiliary vector, files, a page of memory.
  static func core(of program: String) -> [UInt8] {
    var files = ByteWriter()
    files.put(words([1, 4096, 0x40_0000, 0x40_1000, 0]))
    files.put(program)
    var registers = [UInt8](repeating: 7, count: 336)
    registers.replaceSubrange(32..<36, with: [42, 0, 0, 0])
    let notes =
      note("CORE", 1, registers) + note("CORE", 3, [UInt8](repeating: 1, count: 136))
      + note("CORE", 6, words([3, 0x40_0040, 5, 2, 9, 0x40_0000, 0, 0])) + note("CORE", 0x4649_4c45, files.bytes)
    return file(
      kind: 4,
      segments: [
        Segment(type: 4, bytes: notes), Segment(type: 1, flags: 5, address: 0x40_0000, bytes: []),
        Segment(type: 1, address: 0x50_0000, bytes: words(Array(0..<64))),
      ])
  }
}
