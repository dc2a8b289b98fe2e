import Executables
import ProcessImage

/// What the go command writes into each program: the version of Go that built it.
enum BuildInformation {
  private static let mark = Array("\u{ff} Go buildinf:".unicodeScalars.map { UInt8($0.value) })

  /// The version of Go that built a program; nil if it does not say.
  static func version(_ file: ElfFile) -> String? {
    for section in file.sections where section.name == ".go.buildinfo" {
      if let bytes = section.bytes(in: file.block.bytes), let version = version(bytes) { return version }
    }
    // Without section headers: it stands at a multiple of 16 in the data.
    for segment in file.segments where segment.type == 1 && segment.flags & 2 != 0 {
      let bytes = file.block.part(segment.offset, segment.fileSize).bytes
      var offset = Int(truncatingIfNeeded: (0 &- segment.address) & 15)
      while offset + 32 <= bytes.count {
        let rest = UnsafeRawBufferPointer(rebasing: bytes[offset...])
        if rest[0] == 0xff, let version = version(rest) { return version }
        offset += 16
      }
    }
    return nil
  }

  /// Since Go 1.18: the mark, the size of a pointer, flags, and behind 32 bytes the version with its length in front.
  private static func version(_ bytes: UnsafeRawBufferPointer) -> String? {
    guard bytes.count > 33, bytes.starts(with: mark), bytes[15] & 2 != 0 else { return nil }
    var cursor = ByteCursor(bytes, at: 32)
    let length = cursor.uleb()
    guard length < 200 else { return nil }
    let text = cursor.block(length)
    return cursor.isExhausted ? nil : String(decoding: text, as: UTF8.self)
  }
}
