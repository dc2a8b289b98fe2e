import Foundation
import Testing

@testable import LanguageServer

@Suite struct CodeActionTests {
  private static let documentChanges: JSON = ["workspace": ["workspaceEdit": ["documentChanges": true]]]

  private func actions(_ client: Client, _ uri: String, line: Int, only: JSON = nil) async throws -> [JSON] {
    let position: JSON = ["line": .number(line), "character": 3]
    return try await client.request(
      "textDocument/codeAction",
      [
        "textDocument": ["uri": .string(uri)], "range": ["start": position, "end": position],
        "context": ["diagnostics": [], "only": only],
      ])["result"].list
  }

  /// A text after an edit, from the end to the start.
  private func apply(_ edits: JSON, to text: String) throws -> String {
    var text = SourceText(Array(text.utf8))
    let edits = try edits.decoded([LSP.TextEdit].self).sorted { $0.range.start > $1.range.start }
    for edit in edits { text.apply(.init(range: edit.range, text: edit.newText), .utf16) }
    return String(decoding: text.bytes, as: UTF8.self)
  }

  /// A free before the removal, which has a fix: BM003.
  private static let wrongOrder = ScratchFolder.faulty.replacing(
    "\tC.free(unsafe.Pointer(p))\n}\n",
    with: "}\n\nfunc Remove(k string) {\n\tp := names[k]\n\tC.free(unsafe.Pointer(p))\n\tdelete(names, k)\n}\n")

  @Test func fixesAreOffered() async throws {
    let folder = try ScratchFolder(["a.go": Self.wrongOrder])
    let (client, _) = Client.inProcess()
    _ = try await client.begin(folders: [folder], capabilities: Self.documentChanges)
    let uri = folder.uri("a.go")
    await client.open(uri, Self.wrongOrder, version: 7)
    let found = try await client.diagnostics(uri, version: 7)
    let place = try #require(found.first { $0["code"] == "BM003" })
    let line = try #require(place["range"]["start"]["line"].number)
    let offered = try await actions(client, uri, line: line)
    let fix = try #require(offered.first { $0["isPreferred"] == true }, "\(offered)")
    #expect(fix["kind"] == "quickfix" && fix["diagnostics"][0]["code"] == "BM003")
    let change = fix["edit"]["documentChanges"][0]
    #expect(change["textDocument"] == ["uri": .string(uri), "version": 7])
    let mended = try apply(change["edits"], to: Self.wrongOrder)
    await client.replace(uri, mended, version: 8)
    #expect(!(try await client.diagnostics(uri, version: 8)).contains { $0["code"] == "BM003" }, "\(mended)")
  }

  @Test func aFindingCanBeIgnoredWithAReason() async throws {
    for end in ["\n", "\r\n"] {
      let text = ScratchFolder.faulty.replacing("\n", with: end)
      let folder = try ScratchFolder(["a.go": text])
      let (client, _) = Client.inProcess()
      _ = try await client.begin(folders: [folder])
      let uri = folder.uri("a.go")
      await client.open(uri, text, version: 1)
      let offered = try await actions(client, uri, line: 11)
      let ignore = try #require(offered.first { $0["title"] == "Ignore BM002 here, with a reason" }, "\(offered)")
      // This client knows no versions.
      let edits = ignore["edit"]["changes"][uri]
      let ignored = try apply(edits, to: text)
      #expect(ignored.contains("\tnames[k] = p\(end)\t// belay:ignore BM002 \(end)\tC.free"))
      await client.replace(uri, ignored, version: 2)
      // Until there is a reason, that is what is said.
      #expect(try await client.diagnostics(uri, version: 2).map { $0["code"] } == ["BM021"])
      await client.replace(uri, ignored.replacing("BM002 ", with: "BM002 never looked up again"), version: 3)
      #expect(try await client.diagnostics(uri, version: 3).isEmpty)
    }
  }

  @Test func onlyWhatIsAskedFor() async throws {
    let folder = try ScratchFolder(["a.go": ScratchFolder.faulty])
    let (client, _) = Client.inProcess()
    _ = try await client.begin(folders: [folder])
    let uri = folder.uri("a.go")
    #expect(try await actions(client, uri, line: 2).isEmpty)
    #expect(try await actions(client, uri, line: 11, only: ["refactor"]).isEmpty)
    #expect(try await !actions(client, uri, line: 11, only: ["quickfix"]).isEmpty)
    #expect(try await actions(client, folder.uri("none.go"), line: 1).isEmpty)
    #expect(try await actions(client, "untitled:1", line: 1).isEmpty)
    #expect(try await actions(client, uri, line: 1_000_000).isEmpty)
  }
}
