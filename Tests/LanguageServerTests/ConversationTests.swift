import Foundation
import Testing

@testable import LanguageServer

/// `belay lsp` as editors start it: a child process, driven over pipes.
@Suite struct ConversationTests {
  private static let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path

  @Test func theExamples() async throws {
    let cache = try ScratchFolder()
    let server = try ChildServer(cacheFolder: cache.path)
    let client = server.client
    let root = Self.repository + "/Examples/Go"
    let path = root + "/stale-session/faulty/main.go"
    let uri = FileURI.uri(path)
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let answer = try await client.request(
      "initialize",
      [
        "processId": nil, "capabilities": ["textDocument": ["publishDiagnostics": ["relatedInformation": true]]],
        "workspaceFolders": [["uri": .string(FileURI.uri(root)), "name": "Go"]],
      ])
    #expect(answer["result"]["capabilities"]["textDocumentSync"]["change"] == 2)
    await client.notify("initialized", [:])
    await client.open(uri, text, version: 1)
    let first = try await client.diagnostics(uri, version: 1)
    #expect(first.map { $0["code"] } == ["BM001"])
    #expect(first[0]["relatedInformation"].list.count == 5)
    // The last line that matters goes, and with it the fault.
    let line = try #require(first[0]["range"]["start"]["line"].number)
    await client.notify(
      "textDocument/didChange",
      [
        "textDocument": ["uri": .string(uri), "version": 2],
        "contentChanges": [
          [
            "range": [
              "start": ["line": .number(line), "character": 0], "end": ["line": .number(line + 1), "character": 0],
            ], "text": "",
          ]
        ],
      ])
    #expect(!(try await client.diagnostics(uri, version: 2)).contains { $0["code"] == "BM001" })
    // Whatever else arrives, the conversation goes on.
    try server.sendRaw("Content-Length: 5\r\n\r\n{\"a\":")
    #expect(try await client.inbox.take("error") { $0["error"]["code"] == -32700 }["id"] == .null)
    try server.sendRaw("Content-Length: 99999999999999999999\r\n\r\n")
    #expect(try await client.inbox.take("error") { $0["error"]["code"] == -32700 }["id"] == .null)
    #expect(try await client.request("nonsense", nil)["error"]["code"] == -32601)
    let others = try await client.request("workspace/diagnostic", ["previousResultIds": []])["result"]["items"].list
    #expect(others.filter { $0["uri"].text?.contains("/faulty/") == true }.count >= 8)
    #expect(others.allSatisfy { $0["uri"].text?.contains("/safe/") == false || $0["items"] == [] })
    #expect(try await client.request("shutdown", nil)["error"] == .null)
    await client.notify("exit", nil)
    #expect(await server.exitCode() == 0)
  }

  @Test func theClientGoesAway() async throws {
    let server = try ChildServer()
    _ = try await server.client.begin(folders: [])
    try server.sendRaw("Content-Length: 100\r\n\r\n{\"cut")
    try server.closeInput()
    #expect(await server.exitCode() == 1)
  }
}
