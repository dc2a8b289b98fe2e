/// What ties an answer to its request: a number or a text.
enum RequestID: Codable, Hashable, Sendable {
  case number(Int)
  case string(String)

  init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    if let number = try? value.decode(Int.self) {
      self = .number(number)
    } else {
      self = .string(try value.decode(String.self))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var value = encoder.singleValueContainer()
    switch self {
    case .number(let number): try value.encode(number)
    case .string(let text): try value.encode(text)
    }
  }
}
