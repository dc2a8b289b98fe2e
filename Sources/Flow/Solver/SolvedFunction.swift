/// The result of a function: as the solver has just made it, or as an earlier run kept it, which is only read when somebody asks.
final class SolvedFunction: Sendable {
  /// The digest of all that callers can see. Never 0, which stands for no result.
  let digest: UInt64
  /// What is in it.
  let traits: ResultTraits
  private let read: @Sendable () -> FunctionResult
  private let known = Deferred<FunctionResult>()

  /// The digest of a result that changes nothing for callers.
  static let trivialDigest: UInt64 = 1

  init(digest: UInt64, traits: ResultTraits, _ read: @escaping @Sendable () -> FunctionResult) {
    self.digest = digest
    self.traits = traits
    self.read = read
  }

  /// A new result. The digest does not matter without a cache.
  convenience init(_ result: FunctionResult, digest: UInt64) {
    self.init(digest: digest, traits: result.traits) { result }
  }

  /// The whole result.
  var result: FunctionResult { known.value(read) }
}

/// The results of all functions, by `FunctionID`; `nil` where nothing matters.
struct SolvedFunctions: Sendable {
  private var functions: [SolvedFunction?]

  init(count: Int) { functions = Array(repeating: nil, count: count) }

  /// The result of a function by its number.
  subscript(_ number: Int) -> FunctionResult? { functions[number]?.result }

  /// The result as it is kept, for those who may not need it all.
  func entry(_ id: FunctionID) -> SolvedFunction? { functions[Int(id.rawValue)] }

  /// What is in the result of a function; nothing where there is none.
  func traits(_ id: FunctionID) -> ResultTraits { functions[Int(id.rawValue)]?.traits ?? [] }

  /// What callers can see of a function, as a digest; 0 without a result.
  func digest(_ id: FunctionID) -> UInt64 { functions[Int(id.rawValue)]?.digest ?? 0 }

  mutating func set(_ id: FunctionID, _ function: SolvedFunction) { functions[Int(id.rawValue)] = function }

  /// The results in which there is something of what is asked for.
  func all(with traits: ResultTraits) -> [FunctionResult] {
    functions.compactMap { function in function.flatMap { $0.traits.isDisjoint(with: traits) ? nil : $0.result } }
  }
}
