import Flow
import SwiftSyntax

/// What the modules of a check declare. Filled file by file, then resolved once; read from any thread afterwards.
final class DeclarationTable: @unchecked Sendable {
  // Unchecked: written by one thread up to the end of `resolve`, only read after that.

  /// The declarations of a module.
  struct Module {
    var types: [String: TypeDeclaration] = [:]
    var globals: [String: PropertyDeclaration] = [:]
    var functions: [String: [FunctionDeclaration]] = [:]
    var aliases: [String: (type: TypeSyntax, context: TypeContext)] = [:]
    /// Extensions of types that the module does not declare, by the name of the type.
    var foreignExtensions: [String: TypeDeclaration] = [:]
  }

  var modules: [String: Module] = [:]
  /// The modules that declare a type of some name.
  private var owners: [String: [String]] = [:]
  let symbols: SymbolTable

  init(symbols: SymbolTable) { self.symbols = symbols }

  // MARK: Look-up

  /// The type of a name as some place sees it: nested types first, then those of the module, then the only one of other modules.
  func type(named name: String, in context: TypeContext) -> TypeDeclaration? {
    if let module = modules[context.module] {
      var around = context.type
      while !around.isEmpty {
        if let found = module.types[around + "." + name] { return found }
        around = around.lastIndex(of: ".").map { String(around[..<$0]) } ?? ""
      }
      if let found = module.types[name] { return found }
    }
    if let only = owners[name], only.count == 1 { return modules[only[0]]?.types[name] }
    return nil
  }

  /// The declaration of a nominal type by its full name.
  func declaration(_ name: String, from module: String) -> TypeDeclaration? {
    if let found = modules[module]?.types[name] { return found }
    if let only = owners[name], only.count == 1 { return modules[only[0]]?.types[name] }
    return modules[module]?.foreignExtensions[name]
  }

  /// A property of a type, its superclasses and the protocols that it conforms to.
  func property(_ name: String, of type: TypeDeclaration) -> (PropertyDeclaration, TypeDeclaration)? {
    for candidate in lineage(of: type) {
      if let found = candidate.properties[name] { return (found, candidate) }
    }
    return nil
  }

  /// The functions of a name that a type has, those of subclasses left out.
  func functions(_ name: String, of type: TypeDeclaration) -> [FunctionDeclaration] {
    var result: [FunctionDeclaration] = []
    for candidate in lineage(of: type) {
      let found = candidate.functions[name] ?? []
      if !result.isEmpty, candidate.kind == .protocol { break }
      result += found
      if !found.isEmpty, candidate.kind != .protocol { break }
    }
    return result
  }

  /// A type, then its superclasses and protocols, nearest first.
  func lineage(of type: TypeDeclaration) -> [TypeDeclaration] {
    var result = [type]
    var index = 0
    while index < result.count, result.count < 32 {
      let current = result[index]
      index += 1
      let context = TypeContext(module: current.module, type: current.name, genericNames: [])
      for name in current.inherited {
        guard let next = self.type(named: name, in: context), !result.contains(where: { $0 === next }) else { continue }
        result.append(next)
      }
    }
    return result
  }

  /// All types that inherit from or conform to a type, at any distance.
  func subtypes(of type: TypeDeclaration) -> [TypeDeclaration] {
    var result: [TypeDeclaration] = []
    var pending = [type]
    while let next = pending.popLast(), result.count < 256 {
      for name in next.subtypes {
        let parts = name.split(separator: "\u{0}", maxSplits: 1).map(String.init)
        guard parts.count == 2, let found = modules[parts[0]]?.types[parts[1]],
          !result.contains(where: { $0 === found })
        else { continue }
        result.append(found)
        pending.append(found)
      }
    }
    return result
  }

  // MARK: Resolution

  /// Resolves all written types, infers those of properties, and finds out what holds addresses.
  func resolve() {
    owners = [:]
    for name in modules.keys.sorted() {
      for type in modules[name]!.types.keys { owners[type, default: []].append(name) }
    }
    for name in modules.keys.sorted() { mergeExtensions(of: name) }
    for name in modules.keys.sorted() {
      for type in modules[name]!.types.values { link(type) }
    }
    let resolver = TypeResolver(table: self)
    // The resolver reads the table, so each declaration is resolved as a copy.
    // What depends on the type of another property, such as `= Shared.table`, is known in the second round.
    for round in 0..<2 {
      for name in modules.keys.sorted() {
        guard let module = modules[name] else { continue }
        for type in Array(module.types.values) + Array(module.foreignExtensions.values) {
          for (key, property) in type.properties where property.type == .unknown {
            type.properties[key] = resolver.resolved(property)
          }
          if round > 0 { continue }
          for (key, functions) in type.functions { type.functions[key] = functions.map(resolver.resolved) }
        }
        for (key, global) in module.globals where global.type == .unknown {
          let resolved = resolver.resolved(global)
          modules[name]?.globals[key] = resolved
        }
        if round > 0 { continue }
        for (key, functions) in module.functions {
          let resolved = functions.map(resolver.resolved)
          modules[name]?.functions[key] = resolved
        }
      }
    }
    findAddresses()
  }

  /// Puts extensions together with the types that they extend, where the program declares these.
  private func mergeExtensions(of module: String) {
    for (name, addition) in modules[module]!.foreignExtensions.sorted(by: { $0.key < $1.key }) {
      let context = TypeContext(module: module, type: "", genericNames: [])
      guard let type = type(named: name, in: context) else { continue }
      modules[module]!.foreignExtensions[name] = nil
      type.inherited += addition.inherited
      type.properties.merge(addition.properties) { known, _ in known }
      type.functions.merge(addition.functions) { $0 + $1 }
      type.cases.merge(addition.cases) { known, _ in known }
      type.deinitializer = type.deinitializer ?? addition.deinitializer
      if type.mutableHashState == nil, type.kind == .class, let read = addition.mutableHashState {
        type.mutableHashState = read
        type.mutableHashRange = addition.mutableHashRange
      }
    }
  }

  private func link(_ type: TypeDeclaration) {
    let context = TypeContext(module: type.module, type: type.name, genericNames: [])
    for name in type.inherited {
      guard let parent = self.type(named: name, in: context), parent !== type else { continue }
      if parent.kind == .class { type.superclass = parent.name }
      parent.subtypes.append("\(type.module)\u{0}\(type.name)")
    }
  }

  /// Structs and enumerations that hold addresses of C: those that hold one, then those that hold these.
  private func findAddresses() {
    for _ in 0..<6 {
      var isChanged = false
      for module in modules.values {
        for type in module.types.values where type.kind == .structure || type.kind == .enumeration {
          for property in type.properties.values where property.isStored && !property.isStatic {
            if !type.holdsCPointer, holdsCPointer(property.type, from: type.module) {
              type.holdsCPointer = true
              isChanged = true
            }
          }
        }
      }
      if !isChanged { break }
    }
  }

  /// Whether a value of a type holds a pointer of C's: references to objects are not followed.
  func holdsCPointer(_ type: SwiftType, from module: String, depth: Int = 0) -> Bool {
    if depth > 8 { return false }
    switch type {
    case .pointer, .unmanaged: return true
    case .optional(let inner), .array(let inner), .set(let inner):
      return holdsCPointer(inner, from: module, depth: depth + 1)
    case .dictionary(let key, let value):
      return holdsCPointer(key, from: module, depth: depth + 1) || holdsCPointer(value, from: module, depth: depth + 1)
    case .tuple(let parts): return parts.contains { holdsCPointer($0, from: module, depth: depth + 1) }
    case .nominal(let name, _):
      guard let declared = declaration(name, from: module), !declared.isReference else { return false }
      return declared.holdsCPointer
    default: return false
    }
  }
}
