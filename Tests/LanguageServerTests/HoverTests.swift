import Foundation
import Testing

@testable import LanguageServer

@Suite struct HoverTests {
  private static let text = """
    package a

    // #include <stdlib.h>
    import "C"
    import "sync"

    type Store struct {
    \tbyHandle map[uintptr]*C.char
    \tplain    map[string]int
    }

    var shared sync.Map

    func (s *Store) Get(h uintptr) *C.char { /* 😀 */ return s.byHandle[h] }

    """

  private func hover(_ client: Client, _ uri: String, _ line: Int, _ character: Int) async throws -> JSON {
    try await client.request(
      "textDocument/hover",
      [
        "textDocument": ["uri": .string(uri)],
        "position": ["line": .number(line), "character": .number(character)],
      ])["result"]
  }

  @Test func maps() async throws {
    // Only the editor has it.
    let folder = try ScratchFolder()
    let (client, _) = Client.inProcess()
    _ = try await client.begin(
      folders: [folder], capabilities: ["textDocument": ["hover": ["contentFormat": ["markdown"]]]])
    let uri = folder.uri("a.go")
    await client.open(uri, Self.text)
    let field = try await hover(client, uri, 7, 3)
    #expect(field["contents"]["kind"] == "markdown")
    let said = field["contents"]["value"].text ?? ""
    #expect(said.contains("map[uintptr]*C.char"), "\(said)")
    #expect(said.contains("Keys, `uintptr`, can hold an integer with room for an address."), "\(said)")
    #expect(said.contains("Values, `*C.char`, can hold a pointer of C."), "\(said)")
    #expect(field["range"] == ["start": ["line": 7, "character": 1], "end": ["line": 7, "character": 9]])
    // The type, a use behind a character of two units, a map without pointers, one without types.
    #expect(try await hover(client, uri, 7, 12)["contents"]["value"].text?.contains("map[uintptr]*C.char") == true)
    let use = try await hover(client, uri, 13, 61)
    #expect(use["contents"]["value"].text?.contains("map[uintptr]*C.char") == true)
    #expect(use["range"]["start"] == ["line": 13, "character": 59])
    #expect(try await hover(client, uri, 8, 2)["contents"]["value"].text?.contains("Neither keys nor values") == true)
    #expect(try await hover(client, uri, 11, 6)["contents"]["value"].text?.contains("sync.Map") == true)
  }

  @Test func nothingElse() async throws {
    let folder = try ScratchFolder(["a.go": Self.text])
    let (client, _) = Client.inProcess()
    _ = try await client.begin(folders: [folder])
    let uri = folder.uri("a.go")
    await client.open(uri, Self.text)
    for (line, character) in [(0, 0), (0, 999), (5, 0), (13, 1), (999, 0), (7, 0)] {
      #expect(try await hover(client, uri, line, character) == .null, "\(line):\(character)")
    }
    #expect(try await hover(client, folder.uri("none.go"), 0, 0) == .null)
    #expect(try await hover(client, "untitled:1", 0, 0) == .null)
    #expect(try await hover(client, uri, 7, 3)["contents"]["kind"] == "plaintext")
  }
}
