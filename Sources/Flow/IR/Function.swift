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
  /// What a closure uses of its parent.
  public var captures: [Capture] = []
  /// The parameters, the receiver first; each is also in `variables`.
  public var parameters: [VariableID] = []
  /// The named results; each is also in `variables`. Empty when they have no names.
  public var namedResults: [VariableID] = []
  /// The types of the results.
  public var resultTypes: [ValueType] = []
  /// All variables.
  public var variables: [Variable] = []
  /// All memory paths that instructions name, each once.
  public var paths: [MemoryPath] = []
  /// All calls that `Operation.call` names.
  public var calls: [Call] = []
  /// The blocks; the first one is the entry.
  public var blocks: [Block] = []

  /// The languages that are lowered to this form.
  public enum Language: UInt8, Sendable, Hashable {
    case go, swift
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
