import Executables
import ProcessImage

/// Finds the description of a program's module without debugging information and without symbols.
///
/// Each program has a table of its functions, which starts with a number that tells its form, and the description of the module starts with the
/// address of that table. Where its members stand differs from release to release, but it also says where Go's type records stand, and among those is
/// one of the description's own type. So each pair of its words is tried: if they are the bounds of memory with a record of that type, and the
/// record says that the bounds stand just there, nothing is left to chance.
struct ModuleSearch {
  let image: ProcessImage

  /// The forms of the table of functions: of Go 1.18 and 1.19, and of later releases.
  private static let forms: ClosedRange<UInt32> = 0xffff_fff0...0xffff_fff1
  /// The forms of older releases.
  private static let oldForms: ClosedRange<UInt32> = 0xffff_fffa...0xffff_fffb

  /// Whether a file has a table of functions.
  static func isGo(_ file: ElfFile) -> Bool {
    file.section(".go.buildinfo") != nil || file.section(".gopclntab") != nil
      || !tables(file, forms.lowerBound...oldForms.upperBound).isEmpty
  }

  /// The address of the description. The type table learns where the records stand, and the names of the runtime's own.
  func find(_ types: TypeTable) throws(ImageFailure) -> UInt64 {
    let tables = ModuleSearch.tables(image.executable, ModuleSearch.forms)
    for table in tables {
      for place in places(of: table &+ image.loadBias) where prove(place, types) { return place }
    }
    let what = "cannot inspect \(image.executablePath)"
    guard ModuleSearch.tables(image.executable, ModuleSearch.oldForms).isEmpty else {
      throw ImageFailure(
        what, "it was built by a version of Go before 1.18, and stripped of its debugging information",
        "give the same build before it was stripped with --exe")
    }
    throw ImageFailure(
      what,
      "it was stripped of its debugging information, and the description of its module \(tables.isEmpty ? "is not where Go keeps it" : "cannot be read or is damaged")",
      "give the same build before it was stripped with --exe, or build it without -s and -w")
  }

  /// The addresses in a file where a table of functions of one of the given forms starts, without the bias.
  private static func tables(_ file: ElfFile, _ forms: ClosedRange<UInt32>) -> [UInt64] {
    var found: [UInt64] = []
    func look(_ bytes: UnsafeRawBufferPointer, at address: UInt64, whole: Bool) {
      var offset = Int(truncatingIfNeeded: (0 &- address) & 7)
      let end = whole ? bytes.count - 16 : min(bytes.count - 16, offset)
      while offset <= end, found.count < 64 {
        // The form, two zeros, the size of an instruction, the size of an address.
        let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        if forms.contains(UInt32(truncatingIfNeeded: word)), word >> 32 & 0xffff == 0, word >> 56 == 8,
          [1, 2, 4].contains(word >> 48 & 0xff)
        {
          found.append(address &+ UInt64(offset))
        }
        offset += 8
      }
    }
    if let section = file.section(".gopclntab"), let bytes = section.bytes(in: file.block.bytes) {
      look(bytes, at: section.address, whole: false)
    }
    if !found.isEmpty { return found }
    for segment in file.segments where segment.type == 1 {
      look(file.block.part(segment.offset, segment.fileSize).bytes, at: segment.address, whole: true)
    }
    return found
  }

  /// Where the address of a table stands in the program's data.
  private func places(of table: UInt64) -> [UInt64] {
    var found: [UInt64] = []
    for segment in image.executable.segments
    where segment.type == 1 && segment.flags & 2 != 0 && segment.fileSize < 1 << 31 {
      let start = (segment.address &+ image.loadBias &+ 7) & ~7
      guard let bytes = image.bytes(start, Int(segment.fileSize) & ~7) else { continue }
      bytes.withUnsafeBytes { bytes in
        for offset in stride(from: 0, to: bytes.count - 7, by: 8)
        where bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self) == table && found.count < 64 {
          found.append(start &+ UInt64(offset))
        }
      }
    }
    return found
  }

  /// Whether the description of a module stands at an address.
  private func prove(_ place: UInt64, _ types: TypeTable) -> Bool {
    var raw = [UInt8](repeating: 0, count: 100 * 8)
    let got = raw.withUnsafeMutableBytes { image.read(place, into: $0) }
    let words = raw.withUnsafeBytes { bytes in
      (0..<(got / 8)).map { bytes.loadUnaligned(fromByteOffset: $0 * 8, as: UInt64.self) }
    }
    for low in words.indices.dropFirst() {
      guard words[low] > 4096, let mapping = image.mapping(at: words[low]), !mapping.isExecutable else { continue }
      // Two members at most stand between the bounds.
      for high in words.indices.dropFirst(low + 1).prefix(3) {
        guard words[high] > words[low], words[high] - words[low] < 1 << 28, words[high] - words[low] >= 1 << 10,
          let bytes = image.bytes(words[low], Int(words[high] - words[low]))
        else { continue }
        let records = bytes.withUnsafeBytes { RecordNames($0, start: words[low]).runtimeStructs() }
        guard records["runtime.moduledata"] != nil else { continue }
        types.recordRanges = [words[low]..<words[high]]
        types.namedRecords = records
        if let layout = StructLayout(types, anyOf: ["runtime.moduledata"]), layout.optional("types") == UInt64(low) * 8,
          layout.optional("etypes") == UInt64(high) * 8, layout.optional("pcHeader") == 0
        {
          types.records = RecordLayout(types)
          return true
        }
        types.recordRanges = []
        types.namedRecords = [:]
      }
    }
    return false
  }
}
