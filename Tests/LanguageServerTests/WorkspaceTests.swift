import Foundation
import Testing

@testable import LanguageServer

@Suite struct WorkspaceTests {
  @Test func foldersComeAndGo() async throws {
    let first = try ScratchFolder(["a.go": ScratchFolder.faulty])
    let second = try ScratchFolder(["b.go": ScratchFolder.faulty])
    let (client, server) = Client.inProcess()
    _ = try await client.begin(folders: [first])
    #expect(try await client.diagnostics(first.uri("a.go")).count == 1)
    await client.notify(
      "workspace/didChangeWorkspaceFolders",
      [
        "event": [
          "added": [["uri": .string(second.uri()), "name": "second"], ["uri": "untitled:x", "name": "none"]],
          "removed": [["uri": .string(first.uri()), "name": "first"], ["uri": "file:///never/there", "name": "x"]],
        ]
      ])
    #expect(try await client.diagnostics(first.uri("a.go")).isEmpty)
    #expect(try await client.diagnostics(second.uri("b.go")).count == 1)
    #expect(try await client.notification("window/logMessage")["message"].text?.hasPrefix("untitled:x") == true)
    #expect(await server.projects.keys.sorted() == [second.path])
  }

  @Test func aFolderInAFolderHasItsOwnFiles() async throws {
    let outer = try ScratchFolder(["a.go": ScratchFolder.faulty])
    try outer.write("module example.com/b\n", to: "inner/go.mod")
    try outer.write(ScratchFolder.faulty, to: "inner/b.go")
    try outer.write("rules: {BM002: off}\n", to: "inner/.belay.yml")
    let (client, _) = Client.inProcess()
    let folders: JSON = [
      ["uri": .string(outer.uri()), "name": "outer"], ["uri": .string(outer.uri("inner")), "name": "inner"],
    ]
    _ = try await client.request(
      "initialize",
      ["capabilities": [:], "workspaceFolders": folders, "initializationOptions": ["cache": false, "debounce": 0]])
    await client.notify("initialized", [:])
    #expect(try await client.diagnostics(outer.uri("a.go")).count == 1)
    await client.open(outer.uri("inner/b.go"), ScratchFolder.faulty)
    #expect(try await client.diagnostics(outer.uri("inner/b.go"), version: 1).isEmpty)
  }

  @Test func oldClientsNameARoot() async throws {
    let folder = try ScratchFolder(["a.go": ScratchFolder.faulty])
    for params: JSON in [["rootUri": .string(folder.uri())], ["rootPath": .string(folder.path), "rootUri": nil]] {
      let (client, server) = Client.inProcess()
      guard case .object(var members) = params else { return }
      members["capabilities"] = [:]
      _ = try await client.request("initialize", .object(members))
      #expect(await server.projects.keys.sorted() == [folder.path])
    }
  }

  @Test func theConfigurationFileCounts() async throws {
    let folder = try ScratchFolder(["a.go": ScratchFolder.faulty, ".belay.yml": "rules: {BM002: green}\n"])
    let (client, _) = Client.inProcess()
    _ = try await client.begin(folders: [folder])
    let uri = folder.uri("a.go")
    #expect(try await client.diagnostics(uri)[0]["severity"] == 3)
    let changed: JSON = ["changes": [["uri": .string(folder.uri(".belay.yml")), "type": 2]]]
    // What cannot be read is shown where it stands, and what was read last counts.
    try folder.write("rules:\n  BM999: on\n", to: ".belay.yml")
    await client.notify("workspace/didChangeWatchedFiles", changed)
    let problem = try await client.diagnostics(folder.uri(".belay.yml"))
    #expect(problem.count == 1 && problem[0]["range"]["start"] == ["line": 1, "character": 2])
    #expect(problem[0]["message"].text?.contains("BM999") == true)
    try folder.write("rules: {BM002: yellow}\n", to: ".belay.yml")
    await client.notify("workspace/didChangeWatchedFiles", changed)
    #expect(try await client.diagnostics(uri)[0]["severity"] == 2)
    #expect(try await client.diagnostics(folder.uri(".belay.yml")).isEmpty)
  }

  @Test func settingsOfTheClientCount() async throws {
    let folder = try ScratchFolder(["a.go": ScratchFolder.faulty])
    let (client, server) = Client.inProcess()
    _ = try await client.begin(folders: [folder])
    #expect(try await client.diagnostics(folder.uri("a.go")).count == 1)
    await client.notify(
      "workspace/didChangeConfiguration",
      ["settings": ["belay": ["only": ["BM001", "BM77"], "tests": "yes", "cache": false, "color": "red"]]])
    #expect(try await client.diagnostics(folder.uri("a.go")).isEmpty)
    var said: Set<String> = []
    for _ in 0..<3 { said.insert(try await client.notification("window/logMessage")["message"].text ?? "") }
    for part in ["belay.tests", "belay.color", "BM77"] { #expect(said.contains { $0.contains(part) }, "\(said)") }
    let settings = await server.settings
    #expect(settings.only == ["BM001", "BM77"] && !settings.tests && !settings.cache)
  }

  @Test func settingsAreAskedForWhereTheClientHasThem() async throws {
    let folder = try ScratchFolder(["a.go": ScratchFolder.faulty])
    let (client, _) = Client.inProcess(configuration: ["only": ["BM001"], "cache": false])
    _ = try await client.begin(
      folders: [folder],
      capabilities: [
        "workspace": ["configuration": true, "didChangeWatchedFiles": ["dynamicRegistration": true]]
      ])
    #expect(try await client.notification("workspace/configuration")["items"] == [["section": "belay"]])
    let registered = try await client.notification("client/registerCapability")["registrations"][0]
    #expect(registered["method"] == "workspace/didChangeWatchedFiles")
    #expect(registered["registerOptions"]["watchers"].list.count == 2)
    await client.open(folder.uri("a.go"), ScratchFolder.faulty)
    #expect(
      try await client.request(
        "textDocument/diagnostic", ["textDocument": ["uri": .string(folder.uri("a.go"))]])["result"]["items"] == [])
  }
}
