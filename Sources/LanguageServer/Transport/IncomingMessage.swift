import Foundation

/// A message of the client, before anybody looks at what it carries.
enum IncomingMessage: Sendable {
  case request(id: RequestID, method: String, body: Data)
  case notification(method: String, body: Data)
  case response(id: RequestID, error: ResponseFailure?, body: Data)
  /// What is no message, and the id of the request that it was meant as, if one can be seen.
  case invalid(id: RequestID?, error: ResponseError)

  /// What a client says of a request that it could not answer.
  struct ResponseFailure: Decodable, Sendable {
    var code: Int
    var message: String
  }

  /// Whether the JSON could be parsed.
  var isJSON: Bool {
    if case .invalid(_, let error) = self { return error.code != .parseError }
    return true
  }

  private struct Envelope: Decodable {
    var version: String?
    var id: RequestID?
    var hasInvalidID = false
    var method: String?
    var isAnswer: Bool
    var error: ResponseFailure?

    enum CodingKeys: String, CodingKey { case jsonrpc, id, method, result, error }

    init(from decoder: any Decoder) throws {
      let values = try decoder.container(keyedBy: CodingKeys.self)
      // What has the wrong type is told apart from what is missing.
      version = try? values.decode(String.self, forKey: .jsonrpc)
      if values.contains(.id), try !values.decodeNil(forKey: .id) {
        id = try? values.decode(RequestID.self, forKey: .id)
        hasInvalidID = id == nil
      } else {
        hasInvalidID = values.contains(.id)
      }
      method = try? values.decode(String.self, forKey: .method)
      isAnswer = values.contains(.result) || values.contains(.error)
      error = try? values.decodeIfPresent(ResponseFailure.self, forKey: .error)
    }
  }

  /// Reads the outer form of a message.
  init(_ body: Data) {
    let envelope: Envelope
    do {
      envelope = try JSONDecoder().decode(Envelope.self, from: body)
    } catch DecodingError.typeMismatch {
      self = .invalid(id: nil, error: ResponseError(.invalidRequest, "a message must be one object"))
      return
    } catch {
      self = .invalid(id: nil, error: ResponseError(.parseError, "the message is not JSON"))
      return
    }
    if envelope.version != "2.0" {
      self = .invalid(id: envelope.id, error: ResponseError(.invalidRequest, "jsonrpc must be \"2.0\""))
    } else if let method = envelope.method {
      if let id = envelope.id {
        self = .request(id: id, method: method, body: body)
      } else if envelope.hasInvalidID {
        self = .invalid(id: nil, error: ResponseError(.invalidRequest, "an id must be a number or a string"))
      } else {
        self = .notification(method: method, body: body)
      }
    } else if envelope.isAnswer, let id = envelope.id {
      self = .response(id: id, error: envelope.error, body: body)
    } else if envelope.isAnswer, envelope.hasInvalidID {
      // An answer to nothing in particular: what the other side could not read.
      self = .notification(method: "$/unaddressedAnswer", body: body)
    } else {
      self = .invalid(id: envelope.id, error: ResponseError(.invalidRequest, "a message must have a method"))
    }
  }
}
