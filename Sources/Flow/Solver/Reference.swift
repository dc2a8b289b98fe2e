/// A place as far back as a function shows where it comes from: behind copies, loads of fields and addresses. Two references of one function that are equal
/// mean the same place, as long as nothing is assigned in between.
struct Reference: Hashable {
  enum Root: Hashable {
    case parameter(Int)
    /// A variable of the enclosing function, by the closure's own variable.
    case capture(VariableID)
    case global(Symbol)
    /// Made in the function, or assigned more than once.
    case local(VariableID)
  }

  var root: Root
  var fields: [Symbol]

  /// Whether callers can know the place.
  var isLocal: Bool { if case .local = root { true } else { false } }
}

/// Finds where the paths of one function lead.
struct ReferenceResolver {
  let function: Function
  let definitions: Definitions
  private let parameters: [VariableID: Int]
  private let captures: Set<VariableID>

  init(_ function: Function) {
    self.function = function
    definitions = Definitions(function)
    parameters = Dictionary(function.parameters.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    captures = Set(function.captures.map(\.inner))
  }

  func reference(_ path: PathID) -> Reference {
    let path = function.paths[Int(path.rawValue)]
    switch path.root {
    case .global(let symbol): return Reference(root: .global(symbol), fields: path.fields)
    case .variable(let variable): return reference(variable, fields: path.fields)
    }
  }

  func reference(_ path: MemoryPath) -> Reference {
    switch path.root {
    case .global(let symbol): Reference(root: .global(symbol), fields: path.fields)
    case .variable(let variable): reference(variable, fields: path.fields)
    }
  }

  func reference(_ variable: VariableID, fields: [Symbol] = []) -> Reference {
    var variable = variable
    var fields = fields
    for _ in 0..<24 {
      let all = definitions.definitions(of: variable)
      if let index = parameters[variable], all.isEmpty { return Reference(root: .parameter(index), fields: fields) }
      if captures.contains(variable), all.isEmpty { return Reference(root: .capture(variable), fields: fields) }
      guard all.count == 1, parameters[variable] == nil, !captures.contains(variable) else { break }
      switch all[0].operation {
      case .copy(_, let from), .convert(_, let from, _):
        variable = from
        continue
      case .load(_, let path), .address(_, let path):
        let place = function.paths[Int(path.rawValue)]
        fields = place.fields + fields
        switch place.root {
        case .global(let symbol): return Reference(root: .global(symbol), fields: fields)
        case .variable(let next): variable = next
        }
        continue
      default: break
      }
      break
    }
    return Reference(root: .local(variable), fields: fields)
  }
}
