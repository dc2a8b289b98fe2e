import Foundation

@testable import LanguageServer

extension Client {
  /// A client of a server in this process.
  static func inProcess(
    configuration: JSON = .null, check: @escaping Server.Check = { $0.run(isCancelled: $1, progress: $2) }
  ) -> (client: Client, server: Server) {
    let outbox = Outbox()
    let server = Server(check: check) { outbox.client?.receive($0) }
    let client = Client(configuration: configuration) { await server.receive(IncomingMessage($0)) }
    outbox.client = client
    return (client, server)
  }

  /// Ties the server to the client that is made after it.
  private final class Outbox: @unchecked Sendable {
    // Unchecked: set before the first message, and not changed afterwards.
    weak var client: Client?
  }
}
