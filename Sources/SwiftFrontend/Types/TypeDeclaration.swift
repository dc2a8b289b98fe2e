import Flow

/// A struct, class, enum, actor or protocol with its extensions.
final class TypeDeclaration {
  enum Kind: Sendable { case structure, `class`, enumeration, actor, `protocol` }

  let name: String
  let module: String
  var kind: Kind
  /// What it inherits from and conforms to, as written.
  var inherited: [String] = []
  var properties: [String: PropertyDeclaration] = [:]
  /// The names of stored properties in the order of the source, as a memberwise initializer takes them.
  var storedNames: [String] = []
  var functions: [String: [FunctionDeclaration]] = [:]
  /// Enumeration cases with the types of what they carry.
  var cases: [String: Int] = [:]
  var genericNames: Set<String> = []
  /// `@MainActor` or another global actor.
  var globalActor: String?
  /// What `deinit` is called, for a class that has one.
  var deinitializer: Symbol?
  var range = SourceRange.none
  /// Filled by `DeclarationTable.resolve`: the full name of the superclass, of the protocols, and of classes that inherit from it.
  var superclass: String?
  var subtypes: [String] = []
  /// The names that `hash(into:)` reads, with commas between them.
  var mutableHashState: String?
  /// Where `hash(into:)` reads it.
  var mutableHashRange = SourceRange.none
  var holdsCPointer = false
  var holdsIntegerAddress = false

  init(name: String, module: String, kind: Kind) {
    self.name = name
    self.module = module
    self.kind = kind
  }

  var isReference: Bool { kind == .class || kind == .actor }
}
