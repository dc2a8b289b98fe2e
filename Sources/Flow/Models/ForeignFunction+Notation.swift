// The one-line notation in which model files describe a C function. Clauses stand between commas; parameters are counted from 0.
//
//     allocates [by F]       the result is memory that the caller owns; F ends it
//     gives N [by F]         so is what it writes through parameter N
//     frees N                the life of parameter N ends
//     releases N             a reference to it is given back
//     retains N              a reference to it is taken
//     keeps N                C keeps it after the call
//     calls N                C calls this function
//     context N              C hands it to that function
//     borrows                the result belongs to another object
//     returns N              the result is parameter N
//     frees all [of T …]     every object (of these C types) ends
//     when zero              the effects happen only if it returns zero
//     when non-zero          … only if it does not

extension ForeignFunction {
  /// What is wrong in a description.
  public struct NotationError: Error, Hashable, CustomStringConvertible {
    /// One sentence.
    public var description: String
  }

  /// Reads a description in the notation of model files. Throws `NotationError` with the clause that cannot be read.
  public init(name: String, notation: String, confidence: Confidence) throws(NotationError) {
    self.init(name: name, confidence: confidence, parameters: [])
    var endsAll = false
    for clause in notation.split(separator: ",") {
      try read(clause.split(whereSeparator: \.isWhitespace).map(String.init), clause, &endsAll)
    }
    // Behind the parameters that are described, so that neither hides the other.
    if endsAll { parameters.append(.freesAll) }
  }

  private mutating func read(_ words: [String], _ clause: Substring, _ endsAll: inout Bool) throws(NotationError) {
    let failure = NotationError(
      description: "'\(clause.drop { $0 == " " })' is not understood in the description of \(name)")
    func parameter(_ index: Int) throws(NotationError) -> Int {
      guard index < words.count, let number = Int(words[index]), number >= 0, number < 32 else { throw failure }
      return number
    }
    func releaser(after index: Int) throws(NotationError) -> String? {
      if words.count == index { return nil }
      guard words.count == index + 2, words[index] == "by" else { throw failure }
      return words[index + 1]
    }
    guard let verb = words.first else { throw failure }
    let effect: Effect
    switch verb {
    case "allocates":
      result = .allocates(release: try releaser(after: 1))
      return
    case "gives":
      outputs.append(try parameter(1))
      _ = try releaser(after: 2)
      return
    case "borrows":
      result = .borrows
      return
    case "returns":
      result = .parameter(try parameter(1))
      return
    case "when" where words.count == 2 && words[1] == "zero":
      succeeds = .whenZero
      return
    case "when" where words.count == 2 && words[1] == "non-zero":
      succeeds = .whenNonZero
      return
    case "frees" where words.count >= 2 && words[1] == "all":
      if words.count > 2 {
        guard words[2] == "of", words.count > 3 else { throw failure }
        ends = Array(words[3...])
      }
      endsAll = true
      return
    case "frees": effect = .frees
    case "releases": effect = .releases
    case "retains": effect = .retains
    case "keeps": effect = .keeps
    case "calls": effect = .calls
    case "context": effect = .context
    default: throw failure
    }
    guard words.count == 2 else { throw failure }
    let number = try parameter(1)
    while parameters.count <= number { parameters.append(nil) }
    parameters[number] = effect
  }
}
