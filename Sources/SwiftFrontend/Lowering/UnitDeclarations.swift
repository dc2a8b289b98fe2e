import Flow

/// The fields, globals and deinitializers of a module, as the analysis wants them.
struct UnitDeclarations {
  let table: DeclarationTable
  let mapper: TypeMapper

  /// Globals and stored properties that can hold a map or an address, or that are a lock.
  func declarations(of module: String) -> [Unit.Declaration] {
    guard let content = table.modules[module] else { return [] }
    var result: [Unit.Declaration] = []
    for global in content.globals.values where global.isStored {
      add(global, display: global.name, isField: false, to: &result)
    }
    for type in Array(content.types.values) + Array(content.foreignExtensions.values) {
      for property in type.properties.values where property.isStored {
        add(property, display: "\(type.name).\(property.name)", isField: !property.isStatic, to: &result)
      }
    }
    return result.sorted { ($0.range.file, $0.range.start) < ($1.range.file, $1.range.start) }
  }

  private func add(
    _ property: PropertyDeclaration, display: String, isField: Bool, to result: inout [Unit.Declaration]
  ) {
    let type = mapper.value(property.type)
    let isLock = property.type.unwrapped.name.map(SwiftType.lockNames.contains) ?? false
    guard type.class == .map || type.holdsCPointer || type.class == .cPointer || isLock || type.class == .aggregate
    else { return }
    var declaration = Unit.Declaration(
      symbol: property.symbol, displayName: table.symbols.intern(display), type: type, range: property.range,
      isField: isField, isInitialized: property.initializer != nil)
    declaration.isLock = isLock
    result.append(declaration)
  }

  /// The fields of classes that can change and that `hash(into:)` reads, by the name of the class.
  func hashedState(of module: String) -> [Symbol: [Symbol]] {
    var result: [Symbol: [Symbol]] = [:]
    for type in table.modules[module]?.types.values.map({ $0 }) ?? [] where type.isReference {
      guard let read = type.mutableHashState else { continue }
      let fields = read.split(separator: ",").compactMap { type.properties[String($0)] }
        .filter { $0.isStored && !$0.isConstant && !$0.isStatic }.map(\.symbol)
      if !fields.isEmpty { result[table.symbols.intern(type.name)] = fields }
    }
    return result
  }

  /// The deinitializers, by the name of the type.
  func finalizers(of module: String) -> [Symbol: Symbol] {
    var result: [Symbol: Symbol] = [:]
    for type in table.modules[module]?.types.values.map({ $0 }) ?? [] {
      if let end = type.deinitializer { result[table.symbols.intern(type.name)] = end }
    }
    return result
  }
}
