// The language server.
//
// One thread reads standard input and hands over one message after the other; the actor answers in that order what it can answer at once. Whatever takes time runs
// elsewhere: a request that needs a check becomes a task, which waits until the check of its project is that of the newest text, and a check runs on a thread of its
// own. Each change of a project counts its generation up. A check belongs to the generation it began with: when a newer one comes it is told to stop, and its outcome is
// dropped. So what a client is shown always belongs to the newest text that it has sent.

import Checker
import Foundation

/// The state of a conversation with one client.
actor Server {
  /// How far the conversation is.
  enum Phase {
    case new, running, shutDown
    /// The client has said that the process is to end; with the code.
    case ended(Int32)
  }

  /// Runs a check on the thread that it is called on; nil when it was cancelled.
  typealias Check =
    @Sendable (AnalysisJob, _ isCancelled: () -> Bool, _ progress: (String) -> Void) -> AnalysisResult?

  private let send: @Sendable (Data) -> Void
  let check: Check
  private(set) var phase = Phase.new
  var encoding = PositionEncoding.utf16
  var capabilities: LSP.ClientCapabilities?
  var settings = Settings()
  /// Open documents by URI as the client writes it.
  var documents: [String: OpenDocument] = [:]
  /// Projects by root.
  var projects: [String: Project] = [:]
  /// Requests that are being worked on.
  private var inFlight: [RequestID: Task<Void, Never>] = [:]
  /// Those who wait for a check.
  var waiters: [Int: (root: String, continuation: CheckedContinuation<Void, any Error>)] = [:]
  private var tickets = 0
  /// What is to be done with the client's answers.
  private var answers: [RequestID: @Sendable (isolated Server, Data?) -> Void] = [:]

  /// A server whose messages go to `send`, in their order, and whose checks are `check`.
  init(
    check: @escaping Check = { $0.run(isCancelled: $1, progress: $2) }, send: @escaping @Sendable (Data) -> Void
  ) {
    self.check = check
    self.send = send
  }

  /// The exit code, once the conversation is over.
  var exitCode: Int32? { if case .ended(let code) = phase { code } else { nil } }

  func nextTicket() -> Int {
    tickets += 1
    return tickets
  }

  // MARK: Sending

  func notify(_ method: String, _ params: some Encodable) { send(OutgoingMessage.notification(method, params)) }

  /// Asks the client; `body` gets the whole answer, nil when it is an error.
  func ask(
    _ method: String, _ params: some Encodable, _ body: @escaping @Sendable (isolated Server, Data?) -> Void
  ) {
    let id = RequestID.string("belay-\(nextTicket())")
    answers[id] = body
    send(OutgoingMessage.request(id, method, params))
  }

  func log(_ type: LSP.MessageType, _ message: String) {
    notify("window/logMessage", LSP.LogMessageParams(type: type, message: message))
  }

  func answer(_ id: RequestID, _ result: (some Encodable)?) { send(OutgoingMessage.answer(id, result)) }

  func fail(_ id: RequestID?, _ error: ResponseError) { send(OutgoingMessage.failure(id, error)) }

  // MARK: Receiving

  /// Says what is wrong with the stream itself.
  func reportDamage(_ reason: String) { fail(nil, ResponseError(.parseError, reason)) }

  /// Takes the next message.
  func receive(_ message: IncomingMessage) {
    switch message {
    case .request(let id, let method, let body): request(id, method, body)
    case .notification(let method, let body): notification(method, body)
    case .response(let id, let error, let body):
      guard let take = answers.removeValue(forKey: id) else { return }
      if let error { log(.warning, "the client cannot do what it was asked for: \(error.message)") }
      take(self, error == nil ? body : nil)
    case .invalid(let id, let error): fail(id, error)
    }
  }

  private func request(_ id: RequestID, _ method: String, _ body: Data) {
    switch (phase, method) {
    case (.new, "initialize"):
      attempt(id) {
        let result = try initialize(try MessageBody.params(LSP.InitializeParams.self, in: body))
        phase = .running
        return result
      }
    case (.new, _): fail(id, ResponseError(.serverNotInitialized, "the first request must be initialize"))
    case (.shutDown, _), (.ended, _): fail(id, ResponseError(.invalidRequest, "the server was shut down"))
    case (.running, "initialize"): fail(id, ResponseError(.invalidRequest, "the server is initialized already"))
    case (.running, "shutdown"):
      phase = .shutDown
      stopAll()
      answer(id, Int?.none)
    case (.running, "textDocument/diagnostic"):
      work(id, body, LSP.DocumentDiagnosticParams.self) { try await $0.documentDiagnostics($1) }
    case (.running, "workspace/diagnostic"):
      work(id, body, LSP.WorkspaceDiagnosticParams.self) { try await $0.workspaceDiagnostics($1) }
    case (.running, "textDocument/codeAction"):
      work(id, body, LSP.CodeActionParams.self) { try await $0.codeActions($1) }
    case (.running, "textDocument/hover"):
      work(id, body, LSP.HoverParams.self) { try await $0.hover($1) }
    case (.running, _): fail(id, ResponseError(.methodNotFound, "there is no method '\(method)'"))
    }
  }

  private func attempt<Result: Encodable>(_ id: RequestID, _ body: () throws -> Result) {
    do {
      answer(id, try body())
    } catch let error as ResponseError {
      fail(id, error)
    } catch {
      fail(id, ResponseError(.internalError, "\(error)"))
    }
  }

  /// Works on a request in a task of its own, which `$/cancelRequest` ends.
  private func work<Params: Decodable & Sendable, Result: Encodable & Sendable>(
    _ id: RequestID, _ body: Data, _ type: Params.Type,
    _ perform: @escaping @Sendable (isolated Server, Params) async throws -> Result?
  ) {
    guard inFlight[id] == nil else {
      fail(id, ResponseError(.invalidRequest, "a request with this id is being worked on"))
      return
    }
    let params: Params
    do {
      params = try MessageBody.params(type, in: body)
    } catch {
      fail(id, error)
      return
    }
    inFlight[id] = Task { await self.perform(id, params, perform) }
  }

  private func perform<Params: Sendable, Result: Encodable & Sendable>(
    _ id: RequestID, _ params: Params,
    _ body: @Sendable (isolated Server, Params) async throws -> Result?
  ) async {
    do {
      let result = try await body(self, params)
      try Task.checkCancellation()
      answer(id, result)
    } catch let error as ResponseError {
      fail(id, error)
    } catch is CancellationError {
      fail(id, ResponseError(.requestCancelled, "the request was cancelled"))
    } catch {
      fail(id, ResponseError(.internalError, "\(error)"))
    }
    inFlight[id] = nil
  }

  private func notification(_ method: String, _ body: Data) {
    if method == "exit" {
      if case .shutDown = phase { phase = .ended(0) } else { phase = .ended(1) }
      return
    }
    // Before the handshake and after its end there is nobody to tell.
    guard case .running = phase else { return }
    do {
      switch method {
      case "initialized": initialized()
      case "$/cancelRequest": inFlight[try MessageBody.params(LSP.CancelParams.self, in: body).id]?.cancel()
      case "textDocument/didOpen": open(try MessageBody.params(LSP.DidOpenTextDocumentParams.self, in: body))
      case "textDocument/didChange": change(try MessageBody.params(LSP.DidChangeTextDocumentParams.self, in: body))
      case "textDocument/didSave": save(try MessageBody.params(LSP.DidSaveTextDocumentParams.self, in: body))
      case "textDocument/didClose": close(try MessageBody.params(LSP.DidCloseTextDocumentParams.self, in: body))
      case "workspace/didChangeWatchedFiles":
        changeFiles(try MessageBody.params(LSP.DidChangeWatchedFilesParams.self, in: body))
      case "workspace/didChangeWorkspaceFolders":
        changeFolders(try MessageBody.params(LSP.DidChangeWorkspaceFoldersParams.self, in: body))
      case "workspace/didChangeConfiguration":
        changeConfiguration(try MessageBody.params(LSP.DidChangeConfigurationParams.self, in: body))
      default: break
      }
    } catch {
      log(.error, "\(method) is not understood, and passed over: \(error.message)")
    }
  }

  /// Ends all work: nobody wants its outcome any more.
  private func stopAll() {
    for task in inFlight.values { task.cancel() }
    for root in projects.keys { stop(root) }
  }
}
