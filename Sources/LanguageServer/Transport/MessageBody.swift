import Foundation

/// What a message carries.
enum MessageBody {
  private struct WithParams<Params: Decodable>: Decodable { var params: Params }
  private struct WithResult<Result: Decodable>: Decodable { var result: Result }

  /// The parameters of a request or notification. Throws `ResponseError` when they are not what the method wants.
  static func params<Params: Decodable>(_ type: Params.Type, in body: Data) throws(ResponseError) -> Params {
    do {
      return try JSONDecoder().decode(WithParams<Params>.self, from: body).params
    } catch {
      throw ResponseError(.invalidParams, describe(error))
    }
  }

  /// The result in an answer; nil when it is not of the type.
  static func result<Result: Decodable>(_ type: Result.Type, in body: Data) -> Result? {
    try? JSONDecoder().decode(WithResult<Result>.self, from: body).result
  }

  private static func describe(_ error: any Error) -> String {
    func path(_ context: DecodingError.Context, _ last: (any CodingKey)? = nil) -> String {
      (context.codingPath + (last.map { [$0] } ?? [])).map { $0.intValue.map(String.init) ?? $0.stringValue }
        .joined(separator: ".")
    }
    switch error {
    case DecodingError.keyNotFound(let key, let context): return "\(path(context, key)) is missing"
    case DecodingError.typeMismatch(_, let context), DecodingError.dataCorrupted(let context):
      return "\(path(context)): \(context.debugDescription)"
    case DecodingError.valueNotFound(_, let context): return "\(path(context)) must not be null"
    default: return "\(error)"
    }
  }
}
