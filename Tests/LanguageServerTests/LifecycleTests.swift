import Foundation
import Testing

@testable import LanguageServer

@Suite struct LifecycleTests {
  @Test func requestsBeforeTheHandshakeAreRefused() async throws {
    let (client, server) = Client.inProcess()
    let early = try await client.request("textDocument/hover", [:])
    #expect(early["error"]["code"] == -32002)
    await client.open("file:///a.go", "package a")
    #expect(await server.documents.isEmpty)
    let answer = try await client.begin(folders: [])
    #expect(answer["result"]["serverInfo"]["name"] == "belay")
    #expect(answer["result"]["capabilities"]["positionEncoding"] == "utf-16")
    let again = try await client.request("initialize", ["capabilities": [:]])
    #expect(again["error"]["code"] == -32600)
  }

  @Test func aHandshakeThatIsNotUnderstoodCanBeRepeated() async throws {
    let (client, _) = Client.inProcess()
    for params: JSON in [nil, [], [:], ["capabilities": 7], ["capabilities": ["general": []]]] {
      let answer = try await client.request("initialize", params)
      #expect(answer["error"]["code"] == -32602, "\(params)")
    }
    #expect(try await client.begin(folders: [])["error"] == .null)
  }

  @Test func encodingsAreNegotiated() async throws {
    for (offered, taken): (JSON, JSON) in [
      (["utf-8", "utf-16"], "utf-8"), (["utf-32"], "utf-32"), (["ebcdic", "utf-32"], "utf-32"), (["x"], "utf-16"),
      ([], "utf-16"),
    ] {
      let (client, _) = Client.inProcess()
      let answer = try await client.begin(folders: [], capabilities: ["general": ["positionEncodings": offered]])
      #expect(answer["result"]["capabilities"]["positionEncoding"] == taken)
    }
  }

  @Test func afterShutdownOnlyExitCounts() async throws {
    let (client, server) = Client.inProcess()
    _ = try await client.begin(folders: [])
    let id = await client.post("shutdown", nil)
    let answer = try await client.answer(to: id)
    #expect(answer["error"] == .null && answer["result"] == .null)
    #expect(try await client.request("textDocument/hover", [:])["error"]["code"] == -32600)
    await client.open("file:///a.go", "package a")
    #expect(await server.documents.isEmpty)
    #expect(await server.exitCode == nil)
    await client.notify("exit", nil)
    #expect(await server.exitCode == 0)
  }

  @Test func exitWithoutShutdownIsAnError() async throws {
    let (client, server) = Client.inProcess()
    await client.notify("exit", nil)
    #expect(await server.exitCode == 1)
  }

  @Test func whatIsUnknownOrWrongIsSaidSo() async throws {
    let (client, server) = Client.inProcess()
    _ = try await client.begin(folders: [])
    #expect(try await client.request("textDocument/rename", [:])["error"]["code"] == -32601)
    #expect(try await client.request("$/what", [:])["error"]["code"] == -32601)
    let wrong: [JSON] = [
      nil, [], 7, [:], ["textDocument": 7], ["textDocument": ["uri": 7]],
      ["textDocument": ["uri": "file:///a"], "position": ["line": -1, "character": 0]],
      ["textDocument": ["uri": "file:///a"], "position": ["line": "1", "character": 0]],
    ]
    for params in wrong {
      #expect(try await client.request("textDocument/hover", params)["error"]["code"] == -32602, "\(params)")
    }
    for method in [
      "textDocument/didOpen", "textDocument/didChange", "textDocument/didSave", "textDocument/didClose",
      "workspace/didChangeWatchedFiles", "workspace/didChangeWorkspaceFolders", "$/cancelRequest",
    ] {
      for params in wrong.prefix(5) {
        await client.notify(method, params)
        let said = try await client.notification("window/logMessage")
        #expect(said["message"].text?.hasPrefix(method) == true, "\(params)")
      }
    }
    await client.notify("$/unknown", nil)
    await client.notify("unknown", ["a": 1])
    #expect(await server.documents.isEmpty)
    #expect(try await client.request("textDocument/rename", [:])["error"]["code"] == -32601)
  }

  @Test func whatIsNoMessageIsSaidSo() async throws {
    let (client, server) = Client.inProcess()
    for (text, code, id): (String, JSON, JSON) in [
      ("", -32700, nil), ("{", -32700, nil), ("nonsense", -32700, nil), ("\u{FEFF}x", -32700, nil), ("[]", -32600, nil),
      ("7", -32600, nil), ("{}", -32600, nil), (#"{"jsonrpc":"1.0","id":5,"method":"x"}"#, -32600, 5),
      (#"{"jsonrpc":"2.0","id":6}"#, -32600, 6), (#"{"jsonrpc":"2.0","id":"x","method":7}"#, -32600, "x"),
      (#"{"jsonrpc":"2.0","id":[],"method":"x"}"#, -32600, nil),
      (#"{"jsonrpc":"2.0","id":null,"method":"x"}"#, -32600, nil),
      (String(repeating: "[", count: 100_000), -32700, nil),
      (#"{"jsonrpc":"2.0","id":7,"method":"x","params":"# + String(repeating: "[", count: 100_000), -32700, nil),
    ] {
      await server.receive(IncomingMessage(Data(text.utf8)))
      let answer = try await client.inbox.take("error") { $0["error"] != .null }
      #expect(answer["error"]["code"] == code && answer["id"] == id, "\(text.prefix(60)): \(answer)")
    }
    await server.receive(IncomingMessage(Data([0x7B, 0x22, 0xFF, 0xFE, 0x22, 0x3A, 0x31, 0x7D])))
    #expect(try await client.inbox.take("error") { $0["error"] != .null }["id"] == .null)
    // An answer to nothing that was asked.
    await server.receive(IncomingMessage(Data(#"{"jsonrpc":"2.0","id":99,"result":null}"#.utf8)))
    await server.receive(IncomingMessage(Data(#"{"jsonrpc":"2.0","id":null,"error":{"code":1,"message":""}}"#.utf8)))
    #expect(try await client.begin(folders: [])["error"] == .null)
  }
}
