import Foundation
import Testing

@testable import LanguageServer

@Suite struct DocumentTests {
  @Test func openChangeSaveClose() async throws {
    let folder = try ScratchFolder(["a.go": ScratchFolder.safe])
    let (client, _) = Client.inProcess()
    _ = try await client.begin(folders: [folder])
    let uri = folder.uri("a.go")
    await client.open(uri, ScratchFolder.safe, version: 1)
    #expect(try await client.diagnostics(uri, version: 1).isEmpty)
    // What is not saved counts.
    await client.replace(uri, ScratchFolder.faulty, version: 2)
    let found = try await client.diagnostics(uri, version: 2)
    #expect(found.map { $0["code"] } == ["BM002"])
    #expect(found[0]["range"]["start"] == ["line": 11, "character": 1] && found[0]["severity"] == 1)
    #expect(found[0]["source"] == "belay")
    // An edit of a part: the safe form again.
    await client.notify(
      "textDocument/didChange",
      [
        "textDocument": ["uri": .string(uri), "version": 3],
        "contentChanges": [
          [
            "range": ["start": ["line": 11, "character": 0], "end": ["line": 11, "character": 0]],
            "text": "\tdelete(names, k)\n",
          ]
        ],
      ])
    #expect(try await client.diagnostics(uri, version: 3).isEmpty)
    await client.replace(uri, ScratchFolder.faulty, version: 4)
    #expect(try await client.diagnostics(uri, version: 4).count == 1)
    try folder.write(ScratchFolder.faulty, to: "a.go")
    await client.notify("textDocument/didSave", ["textDocument": ["uri": .string(uri)]])
    #expect(try await client.diagnostics(uri, version: 4).count == 1)
    // Closed: what is on disk counts.
    try folder.write(ScratchFolder.safe, to: "a.go")
    await client.notify("textDocument/didClose", ["textDocument": ["uri": .string(uri)]])
    #expect(try await client.diagnostics(uri).isEmpty)
  }

  @Test func swiftFilesAreCheckedLikewise() async throws {
    let safe = """
      import Foundation

      var names: [Int: UnsafeMutablePointer<CChar>] = [:]

      func add() {
        let p = strdup("alice")!
        names[7] = p
      }

      """
    let folder = try ScratchFolder(["a.swift": safe])
    let (client, _) = Client.inProcess()
    _ = try await client.begin(folders: [folder])
    let uri = folder.uri("a.swift")
    await client.open(uri, safe, version: 1)
    #expect(!(try await client.diagnostics(uri, version: 1)).contains { $0["code"] == "BM002" })
    await client.replace(uri, safe.replacing("= p\n", with: "= p\n  free(p)\n"), version: 2)
    let found = try await client.diagnostics(uri, version: 2).filter { $0["code"] == "BM002" }
    #expect(found.map { $0["range"]["start"] } == [["line": 7, "character": 2]])
    // Only the editor has it.
    let other = folder.uri("b.swift")
    await client.open(other, safe.replacing("names", with: "others").replacing("= p\n", with: "= p\n  free(p)\n"))
    #expect(try await client.diagnostics(other, version: 1).contains { $0["code"] == "BM002" })
  }

  @Test func stepsAreRelatedInformation() async throws {
    let folder = try ScratchFolder(["a.go": ScratchFolder.faulty])
    let (client, _) = Client.inProcess()
    _ = try await client.begin(
      folders: [folder], capabilities: ["textDocument": ["publishDiagnostics": ["relatedInformation": true]]])
    let steps = try await client.diagnostics(folder.uri("a.go"))[0]["relatedInformation"].list
    #expect(steps.count >= 3)
    #expect(steps[0]["location"]["uri"].text == folder.uri("a.go"))
    #expect(steps[0]["location"]["range"]["start"]["line"] == 9)
    #expect(steps[0]["message"].text?.hasPrefix("1. allocated") == true)
  }

  @Test func filesThatAreNotOnDiskAndThatGoAway() async throws {
    let folder = try ScratchFolder(["a.go": ScratchFolder.safe])
    let (client, _) = Client.inProcess()
    _ = try await client.begin(folders: [folder])
    let new = folder.uri("b.go")
    await client.open(new, ScratchFolder.faulty.replacing("names", with: "others").replacing("Put", with: "Other"))
    #expect(try await client.diagnostics(new, version: 1).count == 1)
    // A file beside an open one goes away; the open one still stands.
    try folder.remove("a.go")
    await client.notify(
      "workspace/didChangeWatchedFiles", ["changes": [["uri": .string(folder.uri("a.go")), "type": 3]]])
    #expect(try await client.diagnostics(new, version: 1).count == 1)
    try FileManager.default.removeItem(atPath: folder.path)
    await client.replace(new, ScratchFolder.faulty, version: 2)
    _ = try await client.diagnostics(new, version: 2)
    #expect(try await client.request("textDocument/rename", [:])["error"]["code"] == -32601)
  }

  @Test func filesOnDiskThatChange() async throws {
    let folder = try ScratchFolder(["a.go": ScratchFolder.safe])
    let (client, _) = Client.inProcess()
    _ = try await client.begin(folders: [folder])
    let uri = folder.uri("a.go")
    await client.open(uri, ScratchFolder.safe)
    #expect(try await client.diagnostics(uri, version: 1).isEmpty)
    let other = ScratchFolder.faulty.replacing("names", with: "others").replacing("Put", with: "Other")
    try folder.write(other, to: "b.go")
    await client.notify(
      "workspace/didChangeWatchedFiles", ["changes": [["uri": .string(folder.uri("b.go")), "type": 1]]])
    #expect(try await client.diagnostics(folder.uri("b.go")).count == 1)
    // Bytes that are no UTF-8, and columns behind them.
    var bytes = Data(other.replacing("C.free(", with: "/* ? */ C.free(").utf8)
    bytes.replace(Data("?".utf8), with: Data([0xFF, 0xE2, 0x82]))
    try bytes.write(to: URL(fileURLWithPath: folder.path + "/b.go"))
    await client.notify(
      "workspace/didChangeWatchedFiles", ["changes": [["uri": .string(folder.uri("b.go")), "type": 2]]])
    let found = try await client.diagnostics(folder.uri("b.go"))
    #expect(found.contains { $0["code"] == "BM002" })
  }

  @Test func columnsCountInTheClientsUnits() async throws {
    let text = ScratchFolder.faulty.replacing("\tC.free", with: "\t/* 😀ü */ C.free")
    for (encoding, column): (JSON, JSON) in [("utf-8", 14), ("utf-16", 11), ("utf-32", 10)] {
      let folder = try ScratchFolder(["a.go": text.replacing("\n", with: "\r\n")])
      let (client, _) = Client.inProcess()
      _ = try await client.begin(
        folders: [folder], capabilities: ["general": ["positionEncodings": [encoding]]])
      let found = try await client.diagnostics(folder.uri("a.go"))
      #expect(found[0]["range"]["start"] == ["line": 11, "character": column], "\(encoding)")
    }
  }

  @Test func documentsThatAreNoneOfOurs() async throws {
    let (client, server) = Client.inProcess()
    _ = try await client.begin(folders: [])
    for uri in ["untitled:1", "git:/a.go", "", "file:///nowhere/at/all/README.md"] {
      await client.open(uri, "# text")
      await client.replace(uri, "# other", version: 2)
      let answer = try await client.request("textDocument/diagnostic", ["textDocument": ["uri": .string(uri)]])
      #expect(answer["result"]["items"] == [])
      await client.notify("textDocument/didClose", ["textDocument": ["uri": .string(uri)]])
    }
    await client.replace("file:///never/opened.go", "x", version: 1)
    #expect(
      try await client.notification("window/logMessage")["message"].text?.contains("was not opened") == true)
    #expect(await server.documents.isEmpty)
  }

  @Test func aFileOutsideTheWorkspaceIsCheckedWhileItIsOpen() async throws {
    let folder = try ScratchFolder(["a.go": ScratchFolder.faulty])
    let (client, server) = Client.inProcess()
    _ = try await client.begin(folders: [])
    await client.open(folder.uri("a.go"), ScratchFolder.faulty)
    #expect(try await client.diagnostics(folder.uri("a.go"), version: 1).count == 1)
    await client.notify("textDocument/didClose", ["textDocument": ["uri": .string(folder.uri("a.go"))]])
    #expect(try await client.diagnostics(folder.uri("a.go")).isEmpty)
    #expect(await server.projects.isEmpty)
  }
}
