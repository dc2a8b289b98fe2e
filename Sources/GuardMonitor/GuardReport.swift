/// What the guard has to say about a program.
public enum GuardReport: Sendable, Equatable {
  /// A fault; the process is held at it.
  case fault(GuardFault)
  /// A map that holds freed memory.
  case holding(GuardHolding)
  /// Something that could not be looked at, and why.
  case note(String)

  /// The report for people, with a line end behind each line.
  public var text: String {
    switch self {
    case .fault(let fault): fault.text
    case .holding(let holding): holding.text
    case .note(let text): "belay guard: note: \(text)\n"
    }
  }
}

extension GuardReport: Encodable {
  private enum Kind: String, Encodable { case fault, holding, note }
  private enum CodingKeys: String, CodingKey { case report, note }

  /// One object: `report` says which kind it is, beside the members of that kind.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .fault(let fault):
      try container.encode(Kind.fault, forKey: .report)
      try fault.encode(to: encoder)
    case .holding(let holding):
      try container.encode(Kind.holding, forKey: .report)
      try holding.encode(to: encoder)
    case .note(let text):
      try container.encode(Kind.note, forKey: .report)
      try container.encode(text, forKey: .note)
    }
  }
}
