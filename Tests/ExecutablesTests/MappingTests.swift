import Executables
import Testing

struct MappingTests {
  @Test func readsTheLinesOfTheKernel() {
    let mappings = Mapping.parse(
      """
      55d0c0a00000-55d0c0a21000 r-xp 00002000 fe:01 1234                       /usr/bin/a program
      7f0000000000-7f0000021000 rw-p 00000000 00:00 0 
      7ffd1e5d1000-7ffd1e5f2000 rw-p 00000000 00:00 0                          [stack]
      """)
    #expect(mappings.map(\.path) == ["/usr/bin/a program", "", "[stack]"])
    #expect(mappings.map(\.protection) == ["r-x", "rw-", "rw-"])
    #expect(mappings.map(\.size) == [0x21000, 0x21000, 0x21000])
    #expect(mappings[0].fileOffset(of: 0x55d0_c0a0_0010) == 0x2010)
    #expect(mappings.mapping(at: 0x7f00_0002_0fff) == mappings[1])
    #expect(mappings.mapping(at: 0x7f00_0002_1000) == nil)
    #expect(mappings.mapping(at: 0) == nil)
  }

  @Test(arguments: [
    "", "\n\n", "no line", "1000-2000", "2000-1000 r--p 0 0:0 0", "1000-1000 r--p 0 0:0 0", "g-h r--p 0 0:0 0",
    "10000000000000000-20000000000000000 r--p 0 0:0 0", "1000-2000-3000 r--p 0 0:0 0", "1000-2000 r--p offset 0:0 0",
  ])
  func leavesOutWhatItDoesNotUnderstand(_ line: String) {
    #expect(Mapping.parse(line) == [])
  }

  @Test(.enabled(if: SystemFile.bytes("/proc/self/maps") != nil, "the system has no /proc"))
  func knowsTheMappingsOfThisProcess() throws {
    let mappings = Mapping.parse(try #require(SystemFile.text("/proc/self/maps")))
    withUnsafePointer(to: 0) { place in
      #expect(mappings.mapping(at: UInt64(UInt(bitPattern: place)))?.isWritable == true)
    }
    #expect(Mapping.all(ofProcess: -1) == nil)
  }
}
