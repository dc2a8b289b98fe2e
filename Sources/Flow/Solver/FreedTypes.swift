/// The types of C that a program frees.
struct FreedTypes: Sendable {
  private(set) var names: [Symbol: Symbol] = [:]

  private let symbols: SymbolTable

  /// The C function that frees a type, where one is called.
  ///
  /// Objects of GLib's family all end by one function, whatever type it is called with.
  func release(of cType: Symbol) -> Symbol? {
    if let known = names[cType] { return known }
    let unref = symbols.intern("g_object_unref")
    return releases.contains(unref) && NameConvention.isCountedType(symbols.name(cType)) ? unref : nil
  }

  /// Every function that frees something.
  private var releases: Set<Symbol> = []

  init(_ program: Program) {
    symbols = program.symbols
    for id in program.functionIDs {
      let function = program.function(id)
      var origins: KeyOrigins?
      for call in function.calls {
        guard case .foreign(let name) = call.callee,
          let known = program.foreignFunction(name, unit: program.unitIndex(of: id))
            ?? (program.symbols.name(name) == "free"
              ? ForeignFunction(name: "free", confidence: .model, parameters: [.frees]) : nil)
        else { continue }
        for (argument, effect) in zip(call.arguments, known.parameters) where effect == .frees || effect == .releases {
          let found = origins ?? KeyOrigins(function)
          origins = found
          let type = found.type(of: argument)
          releases.insert(name)
          if type.cType != .empty, names[type.cType] == nil { names[type.cType] = name }
        }
      }
    }
  }
}
