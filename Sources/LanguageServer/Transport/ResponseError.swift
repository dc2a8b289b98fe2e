/// Why a request cannot be answered.
struct ResponseError: Error, Codable, Hashable, Sendable {
  /// The numbers that JSON-RPC and the Language Server Protocol give to errors.
  enum Code: Int, Codable, Sendable {
    case parseError = -32700
    case invalidRequest = -32600
    case methodNotFound = -32601
    case invalidParams = -32602
    case internalError = -32603
    case serverNotInitialized = -32002
    case requestCancelled = -32800
  }

  var code: Code
  var message: String

  init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }
}
