/// Where a name stands: the module, the types around it from outside in, and the generic parameters in reach.
struct TypeContext: Sendable, Hashable {
  var module: String
  /// The full name of the type around it; empty at the top of a file.
  var type: String
  var genericNames: Set<String>

  /// The same inside of a type.
  func inside(_ name: String, generics: Set<String> = []) -> TypeContext {
    TypeContext(module: module, type: name, genericNames: genericNames.union(generics))
  }
}
