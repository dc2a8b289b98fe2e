import Foundation

/// A small client: sends messages, answers what the server asks, and waits for what it sends.
final class Client: @unchecked Sendable {
  // Unchecked: `number` is touched under `lock`.
  let inbox = Inbox()
  private let lock = NSLock()
  private var number = 0
  private let sendBody: @Sendable (Data) async -> Void
  /// What the client says when the server asks for its configuration.
  private let configuration: JSON

  /// A client whose messages go to `send`.
  init(configuration: JSON = .null, send: @escaping @Sendable (Data) async -> Void) {
    self.configuration = configuration
    sendBody = send
  }

  /// Takes what the server sends. A request of the server is answered, and kept as well.
  func receive(_ body: Data) {
    guard let message = try? JSONDecoder().decode(JSON.self, from: body) else {
      inbox.add(["broken": .string(String(decoding: body, as: UTF8.self))])
      return
    }
    if message["method"].text != nil, message["id"] != .null {
      let result: JSON = message["method"] == "workspace/configuration" ? [configuration] : nil
      Task { await send(["jsonrpc": "2.0", "id": message["id"], "result": result]) }
    }
    inbox.add(message)
  }

  func send(_ message: JSON) async {
    // JSON that a test has written can be encoded.
    await sendBody(try! JSONEncoder().encode(message))
  }

  /// Sends a request; gives its id.
  func post(_ method: String, _ params: JSON) async -> Int {
    let id = lock.withLock {
      number += 1
      return number
    }
    await send(["jsonrpc": "2.0", "id": .number(id), "method": .string(method), "params": params])
    return id
  }

  func answer(to id: Int) async throws -> JSON {
    try await inbox.take("answer to \(id)") { $0["id"] == .number(id) && $0["method"] == .null }
  }

  /// Sends a request, and waits for the whole answer.
  func request(_ method: String, _ params: JSON) async throws -> JSON { try await answer(to: post(method, params)) }

  func notify(_ method: String, _ params: JSON) async {
    await send(["jsonrpc": "2.0", "method": .string(method), "params": params])
  }

  /// Waits for a notification or a request of the server; gives its parameters.
  func notification(_ method: String, where matches: @escaping @Sendable (JSON) -> Bool = { _ in true }) async throws
    -> JSON
  {
    try await inbox.take(method) { $0["method"].text == method && matches($0["params"]) }["params"]
  }

  /// Waits for the diagnostics that are sent for a version of a document; without a version, for the next ones.
  func diagnostics(_ uri: String, version: Int? = nil) async throws -> [JSON] {
    try await notification("textDocument/publishDiagnostics") {
      $0["uri"].text == uri && (version == nil || $0["version"].number == version)
    }["diagnostics"].list
  }

  // MARK: Documents

  func open(_ uri: String, _ text: String, version: Int = 1) async {
    await notify(
      "textDocument/didOpen",
      ["textDocument": ["uri": .string(uri), "languageId": "go", "version": .number(version), "text": .string(text)]])
  }

  func replace(_ uri: String, _ text: String, version: Int) async {
    await notify(
      "textDocument/didChange",
      [
        "textDocument": ["uri": .string(uri), "version": .number(version)],
        "contentChanges": [["text": .string(text)]],
      ])
  }

  /// Shakes hands.
  func begin(folders: [ScratchFolder], capabilities: JSON = [:], options: JSON = [:]) async throws -> JSON {
    var settings: [String: JSON] = ["cache": false, "debounce": 0]
    if case .object(let more) = options { settings.merge(more) { $1 } }
    let answer = try await request(
      "initialize",
      [
        "processId": nil, "rootUri": nil, "capabilities": capabilities, "initializationOptions": .object(settings),
        "workspaceFolders": .array(folders.map { ["uri": .string($0.uri()), "name": "scratch"] }),
      ])
    await notify("initialized", [:])
    return answer
  }
}
