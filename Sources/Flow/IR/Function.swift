import Findings

/// A variable of a function.
public struct Variable: Sendable {
  /// What the source calls it; empty for a temporary.
  public var name: Symbol
  /// Its type.
  public var type: ValueType
  /// Its declaration.
  public var range: SourceRange
  /// Whether one variable serves all rounds of a loop (Go before 1.22).
  public var isSharedByLoop: Bool
  /// Whether a closure captures it by reference.
  public var isCaptured: Bool

  /// A variable.
  public init(
    name: Symbol = .empty, type: ValueType, range: SourceRange = .none, isSharedByLoop: Bool = false,
    isCaptured: Bool = false
  ) {
    self.name = name
    self.type = type
    self.range = range
    self.isSharedByLoop = isSharedByLoop
    self.isCaptured = isCaptured
  }
}

/// A variable of an enclosing function that a closure uses, by reference.
public struct Capture: Sendable, Hashable {
  /// The variable in the enclosing function.
  public var outer: VariableID
  /// The variable in the closure.
  public var inner: VariableID

  /// A capture.
  public init(outer: VariableID, inner: VariableID) {
    self.outer = outer
    self.inner = inner
  }
}

/// A function of the source language in the intermediate form.
///
/// What is large in it lies behind one reference, shared by copies until one of them is changed: functions are handed about a lot, and seldom changed.
public struct Function: Sendable {
  /// The full name: `example.com/session.(*Store).Close`; a closure's is its parent's with `.func1` behind.
  public var symbol: Symbol
  /// The name as reports show it: `(*Store).Close`.
  public var displayName: Symbol
  /// The whole declaration.
  public var range: SourceRange
  /// The language it is written in.
  public var language: Language
  /// Whether C can call it: `//export`, `@_cdecl`, `@convention(c)`.
  public var isExportedToC = false
  /// Whether it belongs to a test.
  public var isTest = false
  /// Whether it runs before `main`, alone: `init`, the initialisers of package variables.
  public var isInitializer = false
  /// The enclosing function of a closure.
  public var parent: Symbol?
  private var body = Body()

  /// What a closure uses of its parent.
  public var captures: [Capture] {
    get { body.captures }
    _modify { yield &ownBody().captures }
  }

  /// The parameters, the receiver first; each is also in `variables`.
  public var parameters: [VariableID] {
    get { body.parameters }
    _modify { yield &ownBody().parameters }
  }

  /// The named results; each is also in `variables`. Empty when they have no names.
  public var namedResults: [VariableID] {
    get { body.namedResults }
    _modify { yield &ownBody().namedResults }
  }

  /// The types of the results.
  public var resultTypes: [ValueType] {
    get { body.resultTypes }
    _modify { yield &ownBody().resultTypes }
  }

  /// All variables.
  public var variables: [Variable] {
    get { body.variables }
    _modify { yield &ownBody().variables }
  }

  /// All memory paths that instructions name, each once.
  public var paths: [MemoryPath] {
    get { body.paths }
    _modify { yield &ownBody().paths }
  }

  /// All calls that `Operation.call` names.
  public var calls: [Call] {
    get { body.calls }
    _modify { yield &ownBody().calls }
  }

  /// Calls that make an object, as indices in `calls`: initializers. Only Swift has them, and its units are not archived.
  public var constructions: Set<Int32> {
    get { body.constructions }
    _modify { yield &ownBody().constructions }
  }

  /// Parameters that are the caller's own variables (`inout`), by their position. What is left in such a value ends when the caller says so. Not archived either.
  public var lentParameters: Set<Int32> {
    get { body.lentParameters }
    _modify { yield &ownBody().lentParameters }
  }

  /// The blocks; the first one is the entry.
  public var blocks: [Block] {
    get { body.blocks }
    _modify { yield &ownBody().blocks }
  }

  private final class Body: @unchecked Sendable {
    // Unchecked: it is only changed by the one function that holds it. That is also why Swift need not check for overlapping accesses: the function itself is
    // checked.
    @exclusivity(unchecked) var captures: [Capture] = []
    @exclusivity(unchecked) var parameters: [VariableID] = []
    @exclusivity(unchecked) var namedResults: [VariableID] = []
    @exclusivity(unchecked) var resultTypes: [ValueType] = []
    @exclusivity(unchecked) var variables: [Variable] = []
    @exclusivity(unchecked) var paths: [MemoryPath] = []
    @exclusivity(unchecked) var calls: [Call] = []
    @exclusivity(unchecked) var constructions: Set<Int32> = []
    @exclusivity(unchecked) var lentParameters: Set<Int32> = []
    @exclusivity(unchecked) var blocks: [Block] = []

    init() {}

    init(_ other: Body) {
      captures = other.captures
      parameters = other.parameters
      namedResults = other.namedResults
      resultTypes = other.resultTypes
      variables = other.variables
      paths = other.paths
      calls = other.calls
      constructions = other.constructions
      lentParameters = other.lentParameters
      blocks = other.blocks
    }
  }

  /// The body, shared with no other function.
  private mutating func ownBody() -> Body {
    if !isKnownUniquelyReferenced(&body) { body = Body(body) }
    return body
  }

  /// The languages that are lowered to this form.
  public enum Language: UInt8, Sendable, Hashable {
    case go, swift

    /// The language as the descriptions of rules name it.
    var described: RuleDescription.Language {
      switch self {
      case .go: .go
      case .swift: .swift
      }
    }
  }

  /// Whether code outside of its package can call it by name: in Go its name, and that of the type whose method it is, begin with a capital letter.
  func isPublic(_ symbols: SymbolTable) -> Bool {
    guard language == .go, parent == nil else { return false }
    let parts = symbols.name(displayName).split { "(*)[]. ".contains($0) }
    return parts.count < 3 && !parts.isEmpty && parts.allSatisfy { $0.first?.isUppercase == true }
  }

  /// A function without a body.
  public init(symbol: Symbol, displayName: Symbol, range: SourceRange, language: Language) {
    self.symbol = symbol
    self.displayName = displayName
    self.range = range
    self.language = language
  }
}
