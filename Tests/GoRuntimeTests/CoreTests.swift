import Foundation
import GoPrograms
import GoRuntime
import ProcessImage
import TestSupport
import Testing

/// Inspections of core dumps, whole and damaged.
@Suite(
  .enabled(if: !GoToolchain.all.isEmpty, Comment(rawValue: GoToolchain.absence)),
  .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/gcore"), "no gcore: it comes with gdb"),
  .serialized)
struct CoreTests {
  private func dump(_ program: RunningProgram, to folder: URL) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/gcore")
    process.arguments = ["-o", folder.appending(path: "core").path, "\(program.pid)"]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return folder.appending(path: "core.\(program.pid)").path
  }

  @Test(arguments: GoToolchain.all)
  func aCoreGivesWhatTheProcessGave(_ toolchain: GoToolchain) throws {
    let program = try RunningProgram(toolchain.build("holder"))
    let folder = FileManager.default.temporaryDirectory.appending(path: "belay-core-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let core = try dump(program, to: folder)
    let go = try GoInspection(ProcessImage(core: core))
    let byAddress = Dictionary(go.maps.map { ($0.address, $0) }, uniquingKeysWith: { first, _ in first })
    for held in program.maps where held.address != 0 {
      let map = try #require(byAddress[held.address], "\(held.name) was not found")
      #expect(go.state(of: map).count == held.count, "\(held.name)")
    }

    // Damage to what the inspection reads ends in an error or in other answers, never in a crash or a loop.
    var random = SeededRandom()
    print("seed of the damaged core: \(random.seed)")
    let image = try ProcessImage(core: core)
    let file = try ElfFile(path: core)
    let handle = try #require(FileHandle(forUpdatingAtPath: core))
    let interesting =
      go.maps.map(\.address) + image.mappings.filter { $0.path == program.path && $0.isWritable }.map(\.start)
    for _ in 0..<12 {
      for _ in 0..<40 {
        let base = try #require(interesting.randomElement(using: &random))
        let address = base &+ UInt64.random(in: 0..<4096, using: &random)
        guard
          let segment = file.segments.first(where: {
            $0.type == 1 && address >= $0.address && address < $0.address + $0.fileSize
          })
        else { continue }
        try handle.seek(toOffset: segment.offset + address - segment.address)
        let word = random.next() % 3 == 0 ? base &+ random.next() % 64 * 8 : random.next()
        try handle.write(contentsOf: withUnsafeBytes(of: word) { Data($0.prefix(random.next() % 2 == 0 ? 1 : 8)) })
      }
      try handle.synchronize()
      do {
        let damaged = try GoInspection(ProcessImage(core: core))
        for map in damaged.maps.prefix(500) {
          _ = damaged.state(of: map)
          _ = damaged.entries(of: map, limit: 5)
          _ = damaged.path(to: map)
        }
      } catch {
        #expect(!error.what.isEmpty && !error.remedy.isEmpty)
      }
    }
  }
}
