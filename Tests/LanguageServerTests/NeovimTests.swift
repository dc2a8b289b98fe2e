import Foundation
import TestSupport
import Testing

@testable import LanguageServer

/// A real editor as the client. `dev/setup --tests` installs it.
@Suite struct NeovimTests {
  private static let path = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    .map { "\($0)/nvim" }.first(where: FileManager.default.isExecutableFile)

  @Test(.enabled(if: path != nil, "nvim is not on PATH; dev/setup --tests installs it"))
  func showsWhatIsFoundAndThatItIsGone() async throws {
    let folder = try ScratchFolder(["a.go": ScratchFolder.faulty])
    let belay = BuiltExecutable.path("belay")
    try #require(FileManager.default.isExecutableFile(atPath: belay), "the executable is not built: \(belay)")
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/Support/neovim.lua"
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(Self.path))
    process.arguments = ["--headless", "--clean", "-n", "-S", script]
    var environment = ProcessInfo.processInfo.environment
    environment["BELAY_TEST_ARGUMENTS"] = [belay, folder.path, folder.path + "/a.go", "12"].joined(separator: "\n")
    for name in ["XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"] { environment[name] = folder.path + "/.state" }
    process.environment = environment
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    try process.run()
    DispatchQueue.global().asyncAfter(deadline: .now() + 400) { if process.isRunning { process.terminate() } }
    let data = await withCheckedContinuation { continuation in
      Thread {
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        continuation.resume(returning: data)
      }.start()
    }
    let lines = data.split(separator: 0x0A).map { try? JSONDecoder().decode(JSON.self, from: $0) }
    let text = String(decoding: data, as: UTF8.self)
    try #require(lines.count == 3, "\(text)")
    #expect(lines[0] == [["code": "BM002", "line": 12, "column": 2]], "\(text)")
    #expect(lines[1]?.list.contains("Ignore BM002 here, with a reason") == true, "\(text)")
    #expect(lines[2] == ["gone": true], "\(text)")
  }
}
