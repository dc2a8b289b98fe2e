import Foundation
import GoPrograms
import ProcessImage
import Testing

@Suite(.enabled(if: !GoToolchain.all.isEmpty, Comment(rawValue: GoToolchain.absence))) struct ImageTests {
  /// The address of a global variable of the program.
  private func address(_ name: String, in image: ProcessImage) throws -> UInt64 {
    let info = try #require(try DwarfInfo(image.executable))
    return try #require(info.variables.first { $0.name == name }).address &+ image.loadBias
  }

  @Test(arguments: GoToolchain.all, [[], ["-buildmode=pie"]])
  func globalsOfARunningProcessAreRead(_ toolchain: GoToolchain, _ flags: [String]) throws {
    let program = try RunningProgram(toolchain.build("holder", flags: flags))
    let image = try ProcessImage(pid: program.pid)
    let big = try #require(program.maps.first { $0.name == "big" })
    #expect(image.isLive)
    #expect(image.pointer(try address("main.big", in: image)) == big.address)
    #expect(image.mapping(at: big.address)?.isWritable == true)
    #expect(image.mapping(at: 16) == nil)
    #expect(image.pointer(16) == nil)
    try image.refresh()
    program.end()
    #expect(throws: ImageFailure.self) { try image.refresh() }
  }

  @Test(arguments: GoToolchain.all) func aStopEndsAndTheProcessGoesOn(_ toolchain: GoToolchain) throws {
    let program = try RunningProgram(toolchain.build("holder"))
    let stop = try ProcessStop(pid: program.pid)
    #expect(!stop.threads.isEmpty)
    let state = try String(contentsOfFile: "/proc/\(program.pid)/stat", encoding: .utf8)
    #expect(state.contains(") t "))
    stop.resume()
    try program.tell("gc")
  }

  @Test(.enabled(if: isInstalled("gcore"), "no gcore: it comes with gdb"), arguments: GoToolchain.all)
  func coresAreReadWholeAndCompressed(_ toolchain: GoToolchain) throws {
    let program = try RunningProgram(toolchain.build("holder"))
    let folder = try ScratchFolder()
    try #require(output(of: "gcore", ["-o", "\(folder.path)/core", "\(program.pid)"]) != nil)
    let core = "\(folder.path)/core.\(program.pid)"
    let big = try #require(program.maps.first { $0.name == "big" })
    var forms = [core]
    // A debugger's core holds Go's whole reserved address space, and compressing takes its time: once is enough.
    if toolchain.description == "current" {
      if output(of: "gzip", ["-k", "-1", core]) != nil { forms.append(core + ".gz") }
      if output(of: "zstd", ["-q", "-k", "-1", core]) != nil { forms.append(core + ".zst") }
    }
    for path in forms {
      let image = try ProcessImage(core: path)
      #expect(!image.isLive)
      #expect(image.pid == program.pid)
      #expect(image.threads.count > 1)
      #expect(image.pointer(try address("main.big", in: image)) == big.address)
      // Code comes from the executable where the core leaves it out.
      #expect(image.pointer(image.executable.entry &+ image.loadBias) != nil)
      #expect(image.limitations.isEmpty)
    }

    // A core that is cut off says so; one that is cut to nothing is refused.
    let size = try #require(try FileManager.default.attributesOfItem(atPath: core)[.size] as? Int)
    for count in [size - 100_000, size / 2, 4096, 200, 64, 63, 10, 0] {
      truncate(core, off_t(count))
      do {
        let image = try ProcessImage(core: core, executable: program.path)
        #expect(count >= 4096)
        #expect(image.limitations.contains { $0.contains("cut off") })
      } catch {
        #expect(count < 4096, "\(error)")
      }
    }
    // The compressed ones, cut off.
    for path in forms.dropFirst() {
      truncate(path, 50_000)
      #expect(throws: ImageFailure.self) { try ProcessImage(core: path) }
    }
  }

  @Test(.enabled(if: isInstalled("gcore") && GoToolchain.all.count == 2, "no gcore, or only one toolchain"))
  func aCoreIsNotReadWithAnotherProgram() throws {
    let program = try RunningProgram(GoToolchain.all[0].build("holder"))
    let folder = try ScratchFolder()
    try #require(output(of: "gcore", ["-o", "\(folder.path)/core", "\(program.pid)"]) != nil)
    let error = #expect(throws: ImageFailure.self) {
      try ProcessImage(core: "\(folder.path)/core.\(program.pid)", executable: GoToolchain.all[1].build("holder"))
    }
    #expect(error?.why.contains("build") == true)
    #expect(throws: ImageFailure.self) { try ProcessImage(core: program.path) }
  }

  @Test func whatIsNoProcessIsRefused() throws {
    #expect(throws: ImageFailure.self) { try ProcessImage(pid: 0) }
    #expect(throws: ImageFailure.self) { try ProcessImage(pid: 0x3fff_ffff) }
    #expect(throws: ImageFailure.self) { try ProcessImage(core: "/dev/null") }
    #expect(throws: ImageFailure.self) { try ProcessImage(core: "/etc/passwd") }
  }

  @Test(arguments: GoToolchain.all) func presentPagesAreCounted(_ toolchain: GoToolchain) throws {
    let program = try RunningProgram(toolchain.build("holder"))
    let pages = try #require(PagePresence(pid: program.pid))
    let big = try #require(program.maps.first { $0.name == "big" })
    #expect(pages.presentBytes(from: big.address, count: 8) == UInt64(sysconf(Int32(_SC_PAGESIZE))))
    #expect(pages.presentBytes(from: 1 << 46, count: 1 << 20) == 0)
    #expect(pages.presentBytes(from: big.address, count: 0) == 0)
  }
}
