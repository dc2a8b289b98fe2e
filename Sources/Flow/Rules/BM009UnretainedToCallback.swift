import Findings

/// C is given the address of an object and keeps it, for a callback; no reference is taken, and nothing is seen to hold the object as long as C does.
///
/// Red for an object that is made in the same function and held by nothing that outlives it. Yellow for `self`. Silent where the object's end calls C, so that it can
/// unregister, where the object is held by a field or global, where it is the caller's, and where nothing says that C keeps the address.
struct UnretainedToCallback: Rule {
  let info = RuleDescription(
    id: "BM009", name: "unretained-to-callback", severity: .yellow, languages: [.swift],
    summary: "C keeps the address of an object that can end first.",
    page: String(decoding: PackageResources.BM009_md, as: UTF8.self))

  private enum Source { case temporary, receiver, other }

  func findings(in analysis: Analysis) -> [Finding] {
    var result: [Finding] = []
    for id in analysis.program.functionIDs {
      let function = analysis.program.function(id)
      guard function.blocks.contains(where: { $0.instructions.contains { isUnretained($0.operation) } }) else {
        continue
      }
      let definitions = Definitions(function)
      for block in function.blocks {
        for instruction in block.instructions {
          guard case .call(let number) = instruction.operation else { continue }
          result += findings(instruction, function.calls[Int(number)], id, function, definitions, analysis)
        }
      }
    }
    return result
  }

  private func isUnretained(_ operation: Operation) -> Bool {
    if case .convert(_, _, .unretained) = operation { return true }
    return false
  }

  private func findings(
    _ instruction: Instruction, _ call: Call, _ id: FunctionID, _ function: Function, _ definitions: Definitions,
    _ analysis: Analysis
  ) -> [Finding] {
    guard case .foreign(let name) = call.callee else { return [] }
    let known = analysis.program.foreignFunction(name, unit: analysis.program.unitIndex(of: id))
    return call.arguments.enumerated().compactMap { index, argument in
      guard let object = unretained(argument, definitions),
        let isSure = isKept(index, known, analysis.name(name), call, definitions, function)
      else { return nil }
      let source = source(of: object, function, definitions)
      switch source {
      case .other: return nil
      case .receiver where endsWithC(function.variables[Int(object.rawValue)].type, id, analysis): return nil
      case .receiver, .temporary: break
      }
      return finding(instruction, name, source, isSure: isSure, function, analysis)
    }
  }

  /// The object whose address a value is, taken without a reference.
  private func unretained(_ variable: VariableID, _ definitions: Definitions) -> VariableID? {
    var variable = variable
    for _ in 0..<16 {
      let all = definitions.definitions(of: variable)
      guard all.count == 1 else { return nil }
      switch all[0].operation {
      case .convert(_, let from, .unretained): return from
      case .convert(_, let from, _), .copy(_, let from): variable = from
      default: return nil
      }
    }
    return nil
  }

  /// Whether C keeps a parameter: surely, or by all appearances; nil where nothing says so.
  private func isKept(
    _ index: Int, _ known: ForeignFunction?, _ name: String, _ call: Call, _ definitions: Definitions,
    _ function: Function
  ) -> Bool? {
    if let known, index < known.parameters.count, known.parameters[index] == .keeps { return true }
    // A context that stands beside a function, handed to what registers by its name.
    let takesFunction = call.arguments.contains { argument in
      if function.variables[Int(argument.rawValue)].type.class == .function { return true }
      if case .fresh(_, .function)? = definitions.origin(of: argument)?.operation { return true }
      return false
    }
    return takesFunction && NameConvention.registers(name) ? false : nil
  }

  // MARK: The object

  private func source(of object: VariableID, _ function: Function, _ definitions: Definitions) -> Source {
    var variable = object
    for _ in 0..<8 {
      if let parameter = function.parameters.firstIndex(of: variable) {
        // Of parameters only the receiver is the function's own concern.
        return parameter == 0 && function.captures.isEmpty && isReceiver(variable, function) ? .receiver : .other
      }
      let all = definitions.definitions(of: variable)
      guard all.count == 1 else { return .other }
      switch all[0].operation {
      case .copy(_, let from), .convert(_, let from, _): variable = from
      case .fresh(_, .managed): return isHeld(object, function) ? .other : .temporary
      case .call(let number):
        // What an initializer gives back.
        guard case .function = function.calls[Int(number)].callee, isMade(number, function) else { return .other }
        return isHeld(object, function) ? .other : .temporary
      default: return .other
      }
    }
    return .other
  }

  private func isReceiver(_ variable: VariableID, _ function: Function) -> Bool {
    function.variables[Int(variable.rawValue)].range == .none
      && function.variables[Int(variable.rawValue)].type.class == .managedPointer
  }

  /// Whether a call makes an object: its only result is one, and the source calls nothing by its name but a type.
  private func isMade(_ number: Int32, _ function: Function) -> Bool {
    guard let result = function.calls[Int(number)].results.first else { return false }
    return function.variables[Int(result.rawValue)].type.class == .managedPointer
      && function.constructions.contains(number)
  }

  /// Whether anything else can hold the object: a field, a map, a list, a closure, a result, a function that is given it.
  private func isHeld(_ object: VariableID, _ function: Function) -> Bool {
    var aliases: Set<VariableID> = [object]
    for _ in 0..<4 {
      for block in function.blocks {
        for instruction in block.instructions {
          if case .copy(let into, let from) = instruction.operation {
            if aliases.contains(from) { aliases.insert(into) }
            if aliases.contains(into) { aliases.insert(from) }
          }
        }
      }
    }
    if aliases.contains(where: { function.variables[Int($0.rawValue)].isCaptured }) { return true }
    for block in function.blocks {
      if case .return(let results) = block.terminator, results.contains(where: aliases.contains) { return true }
      for instruction in block.instructions {
        switch instruction.operation {
        case .store(_, let from), .escape(let from): if aliases.contains(from) { return true }
        case .map(let access):
          if access.kind == .store,
            access.value.map(aliases.contains) == true || access.key.map(aliases.contains) == true
          {
            return true
          }
        case .call(let number):
          let call = function.calls[Int(number)]
          if call.arguments.contains(where: aliases.contains), !call.results.contains(where: aliases.contains) {
            return true
          }
        default: break
        }
      }
    }
    return false
  }

  /// Whether the end of an object of a type calls C, and so can unregister it.
  private func endsWithC(_ type: ValueType, _ id: FunctionID, _ analysis: Analysis) -> Bool {
    let unit = analysis.program.unit(of: id)
    guard let end = unit.finalizers[type.name], let finalizer = analysis.program.function(named: end) else {
      return false
    }
    let calls = analysis.program.function(finalizer).calls
    return calls.contains { call in
      switch call.callee {
      case .foreign, .function, .interfaceMethod, .library: true
      case .value: false
      }
    }
  }

  private func finding(
    _ instruction: Instruction, _ name: Symbol, _ source: Source, isSure: Bool, _ function: Function,
    _ analysis: Analysis
  ) -> Finding {
    let callee = Wording(language: function.language).foreign(analysis.name(name))
    let isRed = source == .temporary && isSure
    return Finding(
      rule: info.id, severity: isRed ? .red : .yellow,
      message: source == .temporary
        ? "`\(callee)` keeps the address of an object that nothing holds when this function is over"
        : "`\(callee)` keeps the address of `self`, and the end of `self` does not take it back",
      uncertainty: isSure ? nil : "that `\(callee)` keeps the address is inferred from its name",
      place: analysis.place(instruction.range), symbol: analysis.name(function.displayName),
      steps: [
        FlowStep(.passed, at: analysis.place(instruction.range), "handed to C here without a reference"),
        FlowStep(
          .note, at: analysis.place(function.range),
          source == .temporary
            ? "the object ends with this function at the latest" : "the object ends when its last owner drops it"),
      ])
  }
}
