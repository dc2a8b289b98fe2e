import Executables

/// A note of an ELF file.
public struct ElfNote {
  /// Who defined the note: "GNU", "Go", "CORE".
  public let owner: String
  /// What it is, in the owner's numbers.
  public let type: UInt32
  /// Its content.
  public let content: UnsafeRawBufferPointer

  /// The notes in a run of bytes. What is damaged ends the list.
  static func parse(_ bytes: UnsafeRawBufferPointer) -> [ElfNote] {
    var notes: [ElfNote] = []
    var cursor = ByteCursor(bytes)
    while !cursor.isAtEnd {
      let nameSize = cursor.u32()
      let size = cursor.u32()
      let type = cursor.u32()
      let name = cursor.block(UInt64(nameSize))
      cursor.align(to: 4)
      let content = cursor.block(UInt64(size))
      if cursor.isExhausted { break }
      notes.append(
        ElfNote(owner: String(decoding: name.prefix { $0 != 0 }, as: UTF8.self), type: type, content: content))
      if cursor.offset < bytes.count { cursor.align(to: 4) }
    }
    return notes
  }
}

extension ElfFile {
  /// The notes of all note segments, or of the note sections of a file without segments. They live as long as the file.
  public var notes: [ElfNote] {
    let ranges = segments.filter { $0.type == 4 }.map { ($0.offset, $0.fileSize) }
    let places = ranges.isEmpty ? sections.filter { $0.type == 7 }.map { ($0.offset, $0.size) } : ranges
    // Segments of notes do not overlap: those of a damaged file are not read again and again.
    var rest = UInt64(block.bytes.count)
    var notes: [ElfNote] = []
    for (offset, size) in places {
      let bytes = block.part(offset, min(size, rest)).bytes
      rest -= UInt64(bytes.count)
      notes += ElfNote.parse(bytes)
    }
    return notes
  }

  /// What tells one build from another: the GNU build id, or Go's own if there is none. Nil in a file without both.
  public var buildID: [UInt8]? {
    let notes = notes
    let gnu = notes.first { $0.owner == "GNU" && $0.type == 3 }
    return (gnu ?? notes.first { $0.owner == "Go" && $0.type == 4 }).map { Array($0.content) }
  }
}
