import Foundation
import Testing

@testable import LanguageServer

/// Which check runs when: with checks that the test holds, so that nothing depends on time.
@Suite struct CheckSchedulingTests {
  /// Checks that wait until they are released or cancelled.
  private final class Gate: @unchecked Sendable {
    // Unchecked: everything is touched under `condition`.
    private let condition = NSCondition()
    private var permits = 0
    private var begun: [String] = []
    private var isOpen = false

    /// Lets one more check through; `all` lets everything through from now on.
    func release(all: Bool = false) {
      condition.withLock {
        permits += 1
        isOpen = isOpen || all
        condition.broadcast()
      }
    }

    /// The texts that checks have begun with.
    var texts: [String] { condition.withLock { begun } }

    func check(_ job: AnalysisJob, _ isCancelled: () -> Bool) -> AnalysisResult? {
      let text = job.documents.first.map { String(decoding: $0.text.bytes, as: UTF8.self) } ?? ""
      condition.lock()
      begun.append(text)
      condition.broadcast()
      while !isOpen, permits == 0, !isCancelled() { _ = condition.wait(until: Date(timeIntervalSinceNow: 0.01)) }
      if isCancelled() {
        condition.unlock()
        return nil
      }
      permits = max(0, permits - 1)
      condition.unlock()
      // The finding says which text it is of.
      var files: [String: AnalysisResult.File] = [:]
      var versions: [String: Int] = [:]
      for document in job.documents {
        guard let path = document.path else { continue }
        let start = LSP.Position(line: 0, character: 0)
        let diagnostic = LSP.Diagnostic(
          range: .init(start: start, end: start), severity: .error, code: "T", message: text, relatedInformation: nil)
        files[path] = .init(diagnostics: [diagnostic], items: [], resultID: text)
        versions[path] = document.version
      }
      return AnalysisResult(generation: job.generation, files: files, versions: versions, statistics: .init())
    }
  }

  private let uri = "file:///nowhere/w/a.go"

  private func begin(_ gate: Gate) async throws -> (Client, Server) {
    let (client, server) = Client.inProcess { job, isCancelled, _ in gate.check(job, isCancelled) }
    _ = try await client.request(
      "initialize",
      ["capabilities": [:], "rootUri": "file:///nowhere/w", "initializationOptions": ["cache": false, "debounce": 0]])
    return (client, server)
  }

  private func pull(_ client: Client) async -> Int {
    await client.post("textDocument/diagnostic", ["textDocument": ["uri": .string(uri)]])
  }

  @Test func theNewestEditWins() async throws {
    let gate = Gate()
    let (client, _) = try await begin(gate)
    await client.open(uri, "1")
    let id = await pull(client)
    for version in 2...30 { await client.replace(uri, "\(version)", version: version) }
    gate.release(all: true)
    let answer = try await client.answer(to: id)
    #expect(answer["result"]["items"][0]["message"] == "30")
    #expect(try await client.diagnostics(uri, version: 30)[0]["message"] == "30")
    // Nothing was said of versions that were outdated when their check ended.
    #expect(!client.inbox.has { $0["method"] == "textDocument/publishDiagnostics" })
  }

  @Test func aRequestThatWaitsCanBeCancelled() async throws {
    let gate = Gate()
    let (client, server) = try await begin(gate)
    await client.open(uri, "1")
    let (first, second) = (await pull(client), await pull(client))
    await client.notify("$/cancelRequest", ["id": .number(first)])
    #expect(try await client.answer(to: first)["error"]["code"] == -32800)
    gate.release(all: true)
    #expect(try await client.answer(to: second)["result"]["items"][0]["message"] == "1")
    // One that was answered, and one that never was.
    for id in [first, 4711] { await client.notify("$/cancelRequest", ["id": .number(id)]) }
    await client.notify("$/cancelRequest", ["id": "text"])
    #expect(await server.waiters.isEmpty)
  }

  @Test func anIdThatIsInUseIsRefused() async throws {
    let gate = Gate()
    let (client, _) = try await begin(gate)
    await client.open(uri, "1")
    let id = await pull(client)
    let same: JSON = [
      "jsonrpc": "2.0", "id": .number(id), "method": "textDocument/diagnostic",
      "params": ["textDocument": ["uri": .string(uri)]],
    ]
    await client.send(same)
    #expect(try await client.answer(to: id)["error"]["code"] == -32600)
    gate.release(all: true)
    #expect(try await client.answer(to: id)["result"]["items"].list.count == 1)
  }

  @Test func shutdownEndsWhatIsUnderWay() async throws {
    let gate = Gate()
    let (client, server) = try await begin(gate)
    await client.open(uri, "1")
    let id = await pull(client)
    #expect(try await client.request("shutdown", nil)["error"] == .null)
    #expect(try await client.answer(to: id)["error"]["code"] == -32800)
    await client.notify("exit", nil)
    #expect(await server.exitCode == 0)
  }

  @Test func aFolderThatIsRemovedEndsItsCheck() async throws {
    let gate = Gate()
    let (client, server) = try await begin(gate)
    await client.open(uri, "1")
    let id = await pull(client)
    await client.notify("textDocument/didClose", ["textDocument": ["uri": .string(uri)]])
    await client.notify(
      "workspace/didChangeWorkspaceFolders",
      ["event": ["added": [], "removed": [["uri": "file:///nowhere/w", "name": "w"]]]])
    #expect(try await client.answer(to: id)["result"]["items"] == [])
    #expect(await server.projects.isEmpty)
  }
}
