import Foundation
import ProcessImage
import TestSupport
import Testing

/// Fuzz targets: whatever stands in a program or a core dump, there is an answer or an error, and neither takes memory or time that the file's size does
/// not explain.
struct HostileFileTests {
  /// Reads everything that is there.
  private func read(_ bytes: [UInt8]) throws(ImageFailure) -> DwarfInfo? {
    let file = try ElfFile(ByteBlock(copying: bytes), name: "handmade")
    _ = file.buildID
    _ = file.variables.count
    for section in file.sections { _ = try? file.contents(of: section)?.bytes.last }
    _ = file.bytes(at: 0x40_0000)?.first
    guard let info = try DwarfInfo(file) else { return nil }
    for offset in info.types.values {
      guard let entry = info.entry(at: offset) else { continue }
      for child in info.children(of: entry) { _ = child.name.count }
    }
    return info
  }

  @Test func whatIsWholeIsReadWholly() throws {
    let info = try #require(try read(HandmadeElf.program))
    #expect(!info.isDamaged)
    #expect(info.goUnits == [4: 1, 5: 1])
    #expect(info.variables.map(\.name) == ["main.global4", "main.global5", "main.shared"])
    #expect(info.variables.allSatisfy { $0.address == 0x50_0000 })
    #expect(info.types["main.T4"] != nil && info.types["map[main.T]main.T"] != nil)
    #expect(info.runtimeTypes.keys.sorted() == [0x400, 0x500])
    #expect(info.constants["main.constant"] == 42)
  }

  @Test func damagedProgramsAndTheirDebuggingInformation() {
    let original = HandmadeElf.program
    var mutation = Mutation(rounds: 4000, seed: 1)
    for _ in 0..<mutation.rounds {
      do {
        _ = try read(mutation.damaged(original))
      } catch {
        #expect(!error.what.isEmpty && !error.why.isEmpty && !error.remedy.isEmpty)
      }
    }
  }

  @Test func damagedCores() throws {
    let folder = try ScratchFolder()
    let (program, core) = ("\(folder.path)/program", "\(folder.path)/core")
    try Data(HandmadeElf.program).write(to: URL(filePath: program))
    let original = HandmadeElf.core(of: program)
    try Data(original).write(to: URL(filePath: core))
    let whole = try ProcessImage(core: core)
    #expect(whole.executablePath == program && whole.pointer(0x50_0008) == 1 && whole.threads.map(\.id) == [42])
    #expect(whole.value(0x40_0000, as: UInt8.self) == 0x90, "what the core leaves out stands in the program")
    var mutation = Mutation(rounds: 250, seed: 2)
    for round in 0..<mutation.rounds {
      try Data(mutation.damaged(original)).write(to: URL(filePath: core))
      do {
        // Damage to the path must not lead to files of the machine.
        let image = try ProcessImage(core: core, executable: round % 8 == 0 ? nil : program)
        _ = image.mappings.count + image.threads.count
        for address: UInt64 in [0, 0x40_0000, 0x50_0000, 0x50_01f8, .max - 7] {
          _ = image.pointer(address)
          _ = image.bytes(address, 1 << 21)
          _ = image.cString(address)
        }
      } catch {
        #expect(!error.what.isEmpty && !error.why.isEmpty && !error.remedy.isEmpty)
      }
    }
  }

  /// A small file that asks for much: many sections of one long name, many tables of abbreviations in one, notes told many times.
  @Test func aSmallFileTakesLittleMemory() throws {
    let long = String(repeating: "n", count: 200_000)
    let sections = (0..<4000).map { _ in (name: "", bytes: [UInt8]()) } + [(long, [])]
    let file = try ElfFile(
      ByteBlock(copying: HandmadeElf.file(kind: 2, segments: [], sections: sections)), name: "names")
    #expect(file.sections.count == 4002 && file.sections.allSatisfy { $0.name.utf8.count <= 256 })

    // Units of a dozen bytes, each with a table of its own in the same long run of shapes.
    let shape: [UInt8] = [1, 0x11, 0, 0x13, 0x0b, 0, 0]
    let shapes = [UInt8]((0..<2000).map { _ in shape }.joined())
    var units = ByteWriter()
    for number in 0..<1900 {
      units.put(UInt32(9))
      units.put(UInt16(4))
      units.put(UInt32(number * 7))
      units.put([8, 1, 0x16])
    }
    let tables = HandmadeElf.file(
      kind: 2, segments: [], sections: [(".debug_info", units.bytes), (".debug_abbrev", shapes)])
    let info = try #require(try DwarfInfo(ElfFile(ByteBlock(copying: tables), name: "tables")))
    #expect(info.isDamaged)

    let note = HandmadeElf.note("GNU", 3, Array(1...20))
    let segments = (0..<500).map { _ in HandmadeElf.Segment(type: 4, flags: 4, bytes: note) }
    var many = HandmadeElf.file(kind: 2, segments: segments)
    for index in 0..<500 {
      withUnsafeBytes(of: UInt64(64 + 56 * 500).littleEndian) {
        many.replaceSubrange((64 + 56 * index + 8)..<(64 + 56 * index + 16), with: $0)
      }
      withUnsafeBytes(of: UInt64(note.count * 500).littleEndian) {
        many.replaceSubrange((64 + 56 * index + 32)..<(64 + 56 * index + 40), with: $0)
      }
    }
    #expect(try ElfFile(ByteBlock(copying: many), name: "notes").notes.count <= 2000)
  }
}
