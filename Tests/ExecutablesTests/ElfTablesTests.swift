import Executables
import TestSupport
import Testing

@Suite(.enabled(if: SystemFile.bytes("/proc/self/exe") != nil, "the system has no /proc"))
struct ElfTablesTests {
  private static let program = SystemFile.bytes("/proc/self/exe") ?? []

  @Test func readsThisProgram() throws {
    try ElfTablesTests.program.withUnsafeBytes { bytes in
      let tables = try ElfTables(bytes)
      #expect([2, 3].contains(tables.type))
      #expect(tables.segments.contains { $0.type == 1 && $0.flags & 1 != 0 })
      let text = try #require(tables.sections.first { $0.name == ".text" })
      #expect(text.bytes(in: bytes)?.count == Int(text.size))
      #expect(text.bytes(in: UnsafeRawBufferPointer(rebasing: bytes[..<64])) == nil)
    }
  }

  @Test func saysWhatIsWrong() throws {
    func reason(_ bytes: [UInt8]) -> String? {
      bytes.withUnsafeBytes { bytes -> String? in
        do throws(ElfTables.Damage) {
          _ = try ElfTables(bytes)
          return nil
        } catch {
          return error.why
        }
      }
    }
    var program = ElfTablesTests.program
    #expect(reason([]) == "it is not an ELF file")
    #expect(reason(Array(program[..<40])) == "its header is cut off")
    #expect(reason(Array(program[..<70])) == "its program headers are damaged")
    program[4] = 1
    #expect(reason(program) == "it is not a 64-bit little-endian file")
  }

  /// Whatever the bytes are, nothing outside of them is read: the address sanitizer watches.
  @Test func readsDamagedFiles() {
    let seed = SeededRandom.anySeed
    print("seed \(seed)")
    var random = SeededRandom(seed: seed)
    // The headers alone, so that a copy is quick.
    let head = Array(ElfTablesTests.program[..<min(4096, ElfTablesTests.program.count)])
    for _ in 0..<400 {
      var bytes = head
      for _ in 0..<4 {
        bytes[Int.random(in: 0..<min(64, bytes.count), using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random))
      bytes.withUnsafeBytes { bytes in
        guard let tables = try? ElfTables(bytes) else { return }
        for section in tables.sections { _ = section.bytes(in: bytes)?.last }
      }
    }
  }
}
