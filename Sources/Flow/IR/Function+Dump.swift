/// The intermediate form as text, for tests and for those who wonder what the analysis sees.
extension Function {
  /// One line for each instruction and terminator: `v3 = load store.byHandle`.
  ///
  /// Variables are written by name where they have one that is unique, otherwise `name$3` or `$3`.
  public func dump(_ symbols: SymbolTable) -> String { FunctionPrinter(self, symbols).text() }
}

private struct FunctionPrinter {
  let function: Function
  let symbols: SymbolTable
  private var names: [String] = []

  init(_ function: Function, _ symbols: SymbolTable) {
    self.function = function
    self.symbols = symbols
    var counts: [Symbol: Int] = [:]
    for variable in function.variables { counts[variable.name, default: 0] += 1 }
    names = function.variables.enumerated().map { index, variable in
      if variable.name == .empty { return "$\(index)" }
      let name = symbols.name(variable.name)
      return counts[variable.name] == 1 ? name : "\(name)$\(index)"
    }
  }

  func text() -> String {
    var lines: [String] = []
    var head = "func \(symbols.name(function.symbol))(\(list(function.parameters)))"
    if function.isExportedToC { head = "exported " + head }
    if function.isInitializer { head = "init " + head }
    if !function.namedResults.isEmpty { head += " -> (\(list(function.namedResults)))" }
    if !function.captures.isEmpty {
      head += " captures " + function.captures.map { name($0.inner) }.joined(separator: ", ")
    }
    lines.append(head + " {")
    for (index, block) in function.blocks.enumerated() {
      if function.blocks.count > 1 { lines.append("b\(index):") }
      for instruction in block.instructions { lines.append("  " + text(instruction.operation)) }
      lines.append("  " + text(block.terminator))
    }
    lines.append("}")
    return lines.joined(separator: "\n") + "\n"
  }

  private func name(_ variable: VariableID) -> String { names[Int(variable.rawValue)] }
  private func list(_ variables: [VariableID]) -> String { variables.map(name).joined(separator: ", ") }

  private func path(_ id: PathID) -> String {
    let path = function.paths[Int(id.rawValue)]
    let root =
      switch path.root {
      case .variable(let variable): name(variable)
      case .global(let symbol): "global " + symbols.name(symbol)
      }
    // Of a field's full name the last part tells enough here.
    let fields = path.fields.map { symbols.name($0).split(separator: ".").last.map(String.init) ?? "" }
    return ([root] + fields).joined(separator: ".")
  }

  private func text(_ operation: Operation) -> String {
    switch operation {
    case .constant(let into, let constant): "\(name(into)) = \(text(constant))"
    case .copy(let into, let from): "\(name(into)) = \(name(from))"
    case .convert(let into, let from, let kind): "\(name(into)) = convert \(kind) \(name(from))"
    case .fresh(let into, let origin): "\(name(into)) = \(text(origin))"
    case .compute(let into, let from): "\(name(into)) = compute(\(list(from)))"
    case .address(let into, let of): "\(name(into)) = &\(path(of))"
    case .load(let into, let from): "\(name(into)) = load \(path(from))"
    case .store(let to, let from): "store \(path(to)) = \(name(from))"
    case .mapMake(let into): "\(name(into)) = make map"
    case .map(let access): text(access)
    case .call(let number): text(function.calls[Int(number)])
    case .lock(let of, let mode): "lock \(path(of))\(mode == .shared ? " shared" : "")"
    case .unlock(let of, let mode): "unlock \(path(of))\(mode == .shared ? " shared" : "")"
    case .use(let variable): "use \(name(variable))"
    case .escape(let variable): "escape \(name(variable))"
    }
  }

  private func text(_ constant: Constant) -> String {
    switch constant {
    case .nil: "nil"
    case .zero: "0"
    case .true: "true"
    case .false: "false"
    case .integer(let value): "\(value)"
    case .string(let text): symbols.name(text)
    case .other: "constant"
    }
  }

  private func text(_ origin: Origin) -> String {
    switch origin {
    case .managed: "new"
    case .mapInternals: "map internals"
    case .function(let symbol): "function \(symbols.name(symbol))"
    case .counter: "counter"
    case .received: "received"
    case .recovered: "recovered"
    case .unknown: "unknown"
    }
  }

  private func text(_ access: MapAccess) -> String {
    let map = path(access.map)
    let key = access.key.map(name) ?? ""
    let value = access.value.map(name) ?? "_"
    let suffix = access.isConditional ? " if unchanged" : ""
    let found = access.found.map { ", \(name($0))" } ?? ""
    switch access.kind {
    case .store: return "\(map)[\(key)] = \(value)\(suffix)"
    case .load: return "\(value)\(found) = \(map)[\(key)]"
    case .delete: return "delete \(map)[\(key)]\(suffix)"
    case .loadAndDelete: return "\(value)\(found) = load and delete \(map)[\(key)]"
    case .clear: return "clear \(map)"
    case .next: return "\(key), \(value)\(found) = next \(map)"
    case .count: return "count \(map)"
    }
  }

  private func text(_ call: Call) -> String {
    let callee =
      switch call.callee {
      case .function(let symbol): symbols.name(symbol)
      case .interfaceMethod(let symbol): "interface \(symbols.name(symbol))"
      case .foreign(let symbol): "C.\(symbols.name(symbol))"
      case .library(let symbol): "library \(symbols.name(symbol))"
      case .value(let variable): "value \(name(variable))"
      }
    let mode = call.mode == .direct ? "" : call.mode == .deferred ? "defer " : "go "
    let results = call.results.isEmpty ? "" : "\(list(call.results)) = "
    return "\(results)\(mode)call \(callee)(\(list(call.arguments)))"
  }

  private func text(_ terminator: Terminator) -> String {
    switch terminator {
    case .jump(let block): "jump b\(block.rawValue)"
    case .branch(let condition, let then, let otherwise):
      "if \(text(condition)) b\(then.rawValue) else b\(otherwise.rawValue)"
    case .fork(let blocks): "fork " + blocks.map { "b\($0.rawValue)" }.joined(separator: " ")
    case .return(let results): results.isEmpty ? "return" : "return \(list(results))"
    case .panic: "panic"
    case .unreachable: "unreachable"
    }
  }

  private func text(_ condition: Condition) -> String {
    let question =
      switch condition.kind {
      case .isTrue(let variable): name(variable)
      case .isNil(let variable): "nil \(name(variable))"
      case .equal(let left, let right): "\(name(left)) == \(name(right))"
      case .unknown: "?"
      }
    return condition.isNegated ? "!\(question)" : question
  }
}
