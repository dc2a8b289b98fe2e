import Foundation
import GoPrograms
import ProcessImage
import TestSupport
import Testing

@Suite(.enabled(if: !GoToolchain.all.isEmpty, Comment(rawValue: GoToolchain.absence))) struct DwarfTests {
  @Test(.enabled(if: isInstalled("readelf")), arguments: GoToolchain.all, [[], ["-buildmode=pie"]])
  func globalsAreThoseOfReadelf(_ toolchain: GoToolchain, _ flags: [String]) throws {
    let path = try toolchain.build("holder", flags: flags)
    let info = try #require(try DwarfInfo(ElfFile(path: path)))
    #expect(!info.isDamaged)
    // In readelf's listing the name of a variable of a Go unit stands in front of its place.
    let listing = try #require(output(of: "readelf", ["-W", "--debug-dump=info", path]))
    var expected: Set<String> = []
    var name = ""
    var isGo = false
    for line in listing.split(separator: "\n") {
      if line.contains("DW_TAG_") { name = "" }
      if line.contains("(DW_TAG_compile_unit)") { isGo = false }
      if line.contains("DW_AT_language"), line.contains("(Go)") { isGo = true }
      if let range = line.range(of: "DW_AT_name        : ") {
        // Newer versions of readelf say in which form the name is written.
        name = line[range.upperBound...].replacingOccurrences(of: "(string) ", with: "")
      }
      if isGo, !name.isEmpty, let range = line.range(of: "(DW_OP_addr: ") {
        expected.insert("\(name.trimmingCharacters(in: .whitespaces)) \(line[range.upperBound...].dropLast())")
      }
    }
    let found = Set(info.variables.map { "\($0.name) \(String($0.address, radix: 16))" })
    #expect(expected.count > 300)
    #expect(found.symmetricDifference(expected).sorted().prefix(20) == [])
  }

  @Test(arguments: GoToolchain.all) func typesHaveTheirMembers(_ toolchain: GoToolchain) throws {
    let info = try #require(try DwarfInfo(ElfFile(path: toolchain.build("holder"))))
    let store = try #require(info.types["main.Store"].flatMap { info.entry(at: $0) })
    #expect(store.tag == .structureType)
    #expect(store.byteSize == 24)
    #expect(info.children(of: store).map(\.name) == ["pad", "byHandle", "names"])
    #expect(info.children(of: store).map(\.memberLocation) == [0, 8, 16])
  }

  @Test(arguments: GoToolchain.all) func aStrippedProgramHasNone(_ toolchain: GoToolchain) throws {
    let path = try toolchain.build("holder", flags: ["-ldflags=-s"])
    #expect(try DwarfInfo(ElfFile(path: path)) == nil)
  }

  /// Truncated and altered programs end in an error or in fewer entries, never in a crash or a loop.
  @Test(arguments: GoToolchain.all) func damagedProgramsAreSurvived(_ toolchain: GoToolchain)
    throws
  {
    let path = try toolchain.build("holder")
    let file = try ElfFile(path: path)
    let original = Array(file.block.bytes)
    let seed = SeededRandom.anySeed
    print("seed of the damaged programs: \(seed)")
    var random = SeededRandom(seed: seed)
    let debug = file.sections.filter { $0.name.hasPrefix(".debug_") }
    for round in 0..<16 {
      var bytes = original
      if round % 4 == 0 {
        bytes = Array(bytes.prefix(Int.random(in: 0..<bytes.count, using: &random)))
      } else {
        for _ in 0..<Int.random(in: 1...20, using: &random) {
          // Headers, section headers and debugging sections in turn.
          let range: Range<Int> =
            switch round % 3 {
            case 0: 0..<1024
            case 1: (bytes.count - 4096)..<bytes.count
            default:
              debug.randomElement(using: &random).map { Int($0.offset)..<Int($0.offset + $0.size) } ?? 0..<64
            }
          bytes[Int.random(in: range, using: &random)] = UInt8.random(in: 0...255, using: &random)
        }
      }
      exercise(bytes)
    }
  }

  /// The same on the decompressed sections, where an altered byte reaches the reader and not only zlib's checksum.
  @Test(.enabled(if: isInstalled("objcopy")), arguments: GoToolchain.all)
  func damagedSectionsAreSurvived(_ toolchain: GoToolchain) throws {
    let folder = try ScratchFolder()
    let plain = folder.path + "/plain"
    try #require(output(of: "objcopy", ["--decompress-debug-sections", toolchain.build("holder"), plain]) != nil)
    let file = try ElfFile(path: plain)
    let original = Array(file.block.bytes)
    let seed = SeededRandom.anySeed
    print("seed of the damaged sections: \(seed)")
    var random = SeededRandom(seed: seed)
    let sections = file.sections.filter { [".debug_info", ".debug_abbrev"].contains($0.name) && $0.size > 0 }
    try #require(sections.count == 2)
    for round in 0..<10 {
      var bytes = original
      for _ in 0..<(round + 1) {
        let section = sections[round % 2]
        bytes[Int.random(in: Int(section.offset)..<Int(section.offset + section.size), using: &random)] = UInt8.random(
          in: 0...255, using: &random)
      }
      exercise(bytes)
    }
  }

  private func exercise(_ bytes: [UInt8]) {
    do {
      let file = try ElfFile(ByteBlock(copying: bytes), name: "damaged")
      _ = file.buildID
      guard let info = try DwarfInfo(file) else { return }
      for (_, offset) in info.types.prefix(300) {
        if let entry = info.entry(at: offset) { _ = info.children(of: entry).count }
      }
    } catch {
      #expect(!error.what.isEmpty && !error.remedy.isEmpty)
    }
  }
}
