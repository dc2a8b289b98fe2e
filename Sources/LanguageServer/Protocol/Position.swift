extension LSP {
  /// A place between two characters of a document: line and character from 0, characters in the units of the negotiated encoding.
  struct Position: Codable, Hashable, Sendable, Comparable {
    var line: Int
    var character: Int

    init(line: Int, character: Int) {
      self.line = line
      self.character = character
    }

    init(from decoder: any Decoder) throws {
      let values = try decoder.container(keyedBy: CodingKeys.self)
      line = try values.decode(Int.self, forKey: .line)
      character = try values.decode(Int.self, forKey: .character)
      guard line >= 0, character >= 0 else {
        throw DecodingError.dataCorrupted(
          DecodingError.Context(codingPath: decoder.codingPath, debugDescription: "a position cannot be negative"))
      }
    }

    static func < (left: Position, right: Position) -> Bool {
      (left.line, left.character) < (right.line, right.character)
    }
  }
}
