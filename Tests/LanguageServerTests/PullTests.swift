import Foundation
import Testing

@testable import LanguageServer

@Suite struct PullTests {
  private static let capabilities: JSON = [
    "textDocument": ["diagnostic": ["dynamicRegistration": false]],
    "workspace": ["diagnostics": ["refreshSupport": true]],
  ]

  private func pull(_ client: Client, _ uri: String, previous: JSON = nil, token: JSON = nil) async throws -> JSON {
    try await client.request(
      "textDocument/diagnostic",
      ["textDocument": ["uri": .string(uri)], "previousResultId": previous, "workDoneToken": token])["result"]
  }

  @Test func documents() async throws {
    let folder = try ScratchFolder(["a.go": ScratchFolder.faulty])
    let (client, _) = Client.inProcess()
    let answer = try await client.begin(folders: [folder], capabilities: Self.capabilities)
    #expect(answer["result"]["capabilities"]["diagnosticProvider"]["workspaceDiagnostics"] == true)
    let uri = folder.uri("a.go")
    let first = try await pull(client, uri)
    #expect(first["kind"] == "full" && first["items"].list.map { $0["code"] } == ["BM002"])
    let second = try await pull(client, uri, previous: first["resultId"])
    #expect(second["kind"] == "unchanged" && second["items"] == .null && second["resultId"] == first["resultId"])
    await client.open(uri, ScratchFolder.safe)
    let third = try await pull(client, uri, previous: first["resultId"])
    #expect(third["kind"] == "full" && third["items"] == [])
    // Nothing is sent unasked besides.
    #expect(!client.inbox.has { $0["method"] == "textDocument/publishDiagnostics" })
    _ = try await client.notification("workspace/diagnostic/refresh")
  }

  @Test func theWorkspace() async throws {
    let folder = try ScratchFolder(["a.go": ScratchFolder.faulty])
    let (client, _) = Client.inProcess()
    _ = try await client.begin(folders: [folder], capabilities: Self.capabilities)
    let uri: JSON = .string(folder.uri("a.go"))
    let first = try await client.request("workspace/diagnostic", ["previousResultIds": []])["result"]["items"].list
    #expect(first.count == 1 && first[0]["uri"] == uri && first[0]["items"].list.count == 1)
    let previous: JSON = ["previousResultIds": [["uri": uri, "value": first[0]["resultId"]]]]
    let second = try await client.request("workspace/diagnostic", previous)["result"]["items"].list
    #expect(second.map { $0["kind"] } == ["unchanged"])
    await client.open(folder.uri("a.go"), ScratchFolder.safe)
    let third = try await client.request("workspace/diagnostic", previous)["result"]["items"].list
    #expect(third.count == 1 && third[0]["items"] == [] && third[0]["version"] == 1)
  }

  @Test func aClientThatCannotBeRefreshedIsSentDiagnostics() async throws {
    let folder = try ScratchFolder(["a.go": ScratchFolder.faulty])
    let (client, _) = Client.inProcess()
    let answer = try await client.begin(
      folders: [folder], capabilities: ["textDocument": ["diagnostic": ["dynamicRegistration": false]]])
    #expect(answer["result"]["capabilities"]["diagnosticProvider"] == .null)
    #expect(try await client.diagnostics(folder.uri("a.go")).count == 1)
    // Whoever asks all the same gets an answer.
    #expect(try await pull(client, folder.uri("a.go"))["items"].list.count == 1)
  }

  @Test func progressIsTold() async throws {
    let folder = try ScratchFolder(["a.go": ScratchFolder.faulty])
    let (client, _) = Client.inProcess()
    _ = try await client.begin(
      folders: [folder], capabilities: ["window": ["workDoneProgress": true]])
    _ = try await client.notification("window/workDoneProgress/create")
    await client.open(folder.uri("a.go"), ScratchFolder.safe)
    _ = try await pull(client, folder.uri("a.go"), token: "mine")
    let begin = try await client.notification("$/progress") { $0["token"] == "mine" }
    #expect(begin["value"]["kind"] == "begin" && begin["value"]["title"].text?.hasPrefix("Checking ") == true)
    let end = try await client.notification("$/progress") { $0["token"] == "mine" && $0["value"]["kind"] == "end" }
    #expect(end["value"]["title"] == .null)
  }
}
