import GoPrograms
import ProcessImage
import Testing

@testable import GoRuntime

/// Maps that were written while the heap was copied, or that look so: then the copy is damaged by hand, as a write in between would have left it.
@Suite(.enabled(if: !GoToolchain.all.isEmpty, Comment(rawValue: GoToolchain.absence)))
struct TornReadTests {
  /// Changes the number of entries in the copy of a map's header.
  private func damage(_ map: GoMap, in go: GoInspection) throws {
    let bytes = try #require(go.heap.bytes(at: map.address, count: go.headerSize)?.baseAddress)
    let count = go.hasSwissMaps ? go.offsets.used : go.offsets.count
    // The copy is memory of this process that nobody else reads.
    UnsafeMutableRawPointer(mutating: bytes + count).storeBytes(of: 1, as: UInt64.self)
  }

  @Test(arguments: GoToolchain.all) func whatDoesNotAgreeIsReadAgain(_ toolchain: GoToolchain) throws {
    let program = try RunningProgram(toolchain.build("holder"))
    try program.tell("grow")
    let go = try GoInspection(ProcessImage(pid: program.pid))
    let (grown, other) = (try go.map("main.grown"), try go.map("main.small"))
    try program.tell("grow")
    // The copy of the header is of the moment before. The buckets hold no pointers, so no copy was taken of them.
    let copy = try #require(go.heap.read(grown.address, go.headerSize))
    let count = go.hasSwissMaps ? go.offsets.used : go.offsets.count
    #expect(copy.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: count, as: UInt64.self) } == 1000)
    #expect(!go.reader.read(grown.address, grown.type).faults.isEmpty)
    let state = go.state(of: grown)
    #expect(state.count == 2000 && state.found == 2000 && state.faults.isEmpty)
    #expect(go.detailedState(of: grown).ranges.count > 0)
    #expect(go.rereadMaps == [grown.address])
    // The copy is read again afterwards.
    #expect(go.state(of: other).count == 3)
    #expect(go.entries(of: other, limit: 10).count == 3)
  }

  @Test(arguments: GoToolchain.all) func aProcessThatIsGoneIsNotReadAgain(_ toolchain: GoToolchain) throws {
    let program = try RunningProgram(toolchain.build("holder"))
    let go = try GoInspection(ProcessImage(pid: program.pid))
    let map = try go.map("main.big")
    program.end()
    try damage(map, in: go)
    #expect(!go.state(of: map).faults.isEmpty && go.rereadMaps.isEmpty)
  }
}
