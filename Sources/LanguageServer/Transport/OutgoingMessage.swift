import Foundation

/// Messages to the client, as JSON.
enum OutgoingMessage {
  private struct Answer<Result: Encodable>: Encodable {
    var jsonrpc = "2.0"
    var id: RequestID
    var result: Result?

    enum CodingKeys: String, CodingKey { case jsonrpc, id, result }

    func encode(to encoder: any Encoder) throws {
      var values = encoder.container(keyedBy: CodingKeys.self)
      try values.encode(jsonrpc, forKey: .jsonrpc)
      try values.encode(id, forKey: .id)
      // An answer without content is `null`.
      try values.encode(result, forKey: .result)
    }
  }

  private struct Failure: Encodable {
    var jsonrpc = "2.0"
    var id: RequestID?
    var error: ResponseError

    enum CodingKeys: String, CodingKey { case jsonrpc, id, error }

    func encode(to encoder: any Encoder) throws {
      var values = encoder.container(keyedBy: CodingKeys.self)
      try values.encode(jsonrpc, forKey: .jsonrpc)
      // An error that belongs to no request has the id `null`.
      try values.encode(id, forKey: .id)
      try values.encode(error, forKey: .error)
    }
  }

  private struct Call<Params: Encodable>: Encodable {
    var jsonrpc = "2.0"
    var id: RequestID?
    var method: String
    var params: Params?
  }

  private static func encode(_ value: some Encodable) -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      return try encoder.encode(value)
    } catch {
      // Only numbers that JSON does not have could fail, and there are none in these types.
      preconditionFailure("a message cannot be encoded: \(error)")
    }
  }

  /// The answer to a request.
  static func answer(_ id: RequestID, _ result: (some Encodable)?) -> Data { encode(Answer(id: id, result: result)) }
  /// The answer to a request that failed; `id` is nil where none can be seen.
  static func failure(_ id: RequestID?, _ error: ResponseError) -> Data { encode(Failure(id: id, error: error)) }
  /// A request to the client.
  static func request(_ id: RequestID, _ method: String, _ params: (some Encodable)?) -> Data {
    encode(Call(id: id, method: method, params: params))
  }
  /// A notification.
  static func notification(_ method: String, _ params: (some Encodable)?) -> Data {
    encode(Call(id: nil, method: method, params: params))
  }
}
