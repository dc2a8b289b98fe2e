// What C functions do to memory, from their bodies.
//
// Each body is walked once per round without regard to order: a local variable stands for whatever was assigned to it. Calls take what is known of the callee: from
// its own body, or from the models. Rounds repeat until nothing changes, so that `destroy(p)`, which calls `release(p)`, which calls `free(p)`, is known to free.
// A free under a condition that counts a reference down is a release; under a test of the pointer itself it is a free; under any other condition it is taken for a
// release too: it may not happen.

import Flow

struct CSummaries {
  private let functions: [CFunction]
  private let knowledge: any ForeignKnowledge
  private(set) var known: [String: ForeignFunction] = [:]

  init(_ functions: [CFunction], knowledge: any ForeignKnowledge) {
    self.functions = functions
    self.knowledge = knowledge
    for _ in 0..<12 {
      var changed = false
      for function in functions {
        var walk = Walk(function: function)
        self.walk(function.body, &walk, guards: [])
        let summary = walk.summary
        if known[function.name] != summary {
          known[function.name] = summary
          changed = true
        }
      }
      if !changed { break }
    }
  }

  /// What a value is.
  private enum Value: Hashable {
    case parameter(Int)
    case allocated(release: String?)
    case unknown
  }

  private enum Guard {
    case nullTest(Int)
    case countDown
    case other
  }

  private struct Walk {
    var summary: ForeignFunction
    let parameters: [UInt32: Int]
    var locals: [UInt32: Value] = [:]

    init(function: CFunction) {
      summary = ForeignFunction(
        name: function.name, confidence: .body, parameters: Array(repeating: nil, count: function.parameters.count))
      parameters = Dictionary(
        function.parameters.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    }

    mutating func note(_ effect: ForeignFunction.Effect, on parameter: Int) {
      guard parameter < summary.parameters.count else { return }
      let order: [ForeignFunction.Effect] = [
        .borrows, .context, .calls, .keeps, .retains, .releases, .frees, .freesAll,
      ]
      let rank = { (effect: ForeignFunction.Effect?) in effect.flatMap { order.firstIndex(of: $0) } ?? -1 }
      if rank(effect) > rank(summary.parameters[parameter]) { summary.parameters[parameter] = effect }
    }
  }

  private func summary(of name: String) -> ForeignFunction? {
    if let own = known[name] { return own }
    // Names alone are no ground for what a body does.
    let model = knowledge.function(named: name)
    return model?.confidence == .name ? nil : model
  }

  /// The expression without parentheses and casts around it.
  private func bare(_ expression: CExpression) -> CExpression {
    var expression = expression
    while expression.kind == .parenthesesOrCast, let last = expression.children.last { expression = last }
    return expression
  }

  private func value(_ expression: CExpression, _ walk: Walk) -> Value {
    let expression = bare(expression)
    switch expression.kind {
    case .reference:
      if let parameter = walk.parameters[expression.declaration] { return .parameter(parameter) }
      return walk.locals[expression.declaration] ?? .unknown
    case .call:
      guard let callee = expression.children.first.map(bare), callee.kind == .reference,
        let known = summary(of: callee.name)
      else { return .unknown }
      switch known.result {
      case .allocates(let release): return .allocated(release: release)
      case .parameter(let index) where index + 1 < expression.children.count:
        return value(expression.children[index + 1], walk)
      default: return .unknown
      }
    default: return .unknown
    }
  }

  private func walk(_ expression: CExpression, _ walk: inout Walk, guards: [Guard]) {
    switch expression.kind {
    case .call: call(expression, &walk, guards)
    case .variable:
      if let initial = expression.children.last { walk.locals[expression.declaration] = value(initial, walk) }
    case .assignment where expression.children.count == 2: assign(expression.children[0], expression.children[1], &walk)
    case .return:
      if let result = expression.children.first {
        switch value(result, walk) {
        case .parameter(let index): if walk.summary.result == .none { walk.summary.result = .parameter(index) }
        case .allocated(let release): walk.summary.result = .allocates(release: release)
        case .unknown: break
        }
      }
    case .if:
      if let condition = expression.children.first {
        self.walk(condition, &walk, guards: guards)
        let inner = guards + [kind(of: condition, walk)]
        for branch in expression.children.dropFirst() { self.walk(branch, &walk, guards: inner) }
      }
      return
    default: break
    }
    for child in expression.children { self.walk(child, &walk, guards: guards) }
  }

  private func kind(of condition: CExpression, _ walk: Walk) -> Guard {
    if countsDown(condition) { return .countDown }
    var parameters: Set<Int> = []
    var isPlain = true
    func collect(_ expression: CExpression) {
      switch expression.kind {
      case .reference: if case .parameter(let index) = value(expression, walk) { parameters.insert(index) }
      case .member, .call: isPlain = false
      default: break
      }
      expression.children.forEach(collect)
    }
    collect(condition)
    return isPlain && parameters.count == 1 ? .nullTest(parameters.first ?? 0) : .other
  }

  private func countsDown(_ expression: CExpression) -> Bool {
    if expression.isDecrement { return true }
    if expression.kind == .call, let callee = expression.children.first.map(bare) {
      let name = callee.name.lowercased()
      if name.contains("sub") || name.contains("dec") { return true }
    }
    return expression.children.contains(where: countsDown)
  }

  private func call(_ expression: CExpression, _ walk: inout Walk, _ guards: [Guard]) {
    guard let callee = expression.children.first.map(bare) else { return }
    let arguments = expression.children.dropFirst().map { value($0, walk) }
    if case .parameter(let index) = value(callee, walk) {
      walk.note(.calls, on: index)
      for case .parameter(let argument) in arguments { walk.note(.context, on: argument) }
      return
    }
    guard callee.kind == .reference, let known = summary(of: callee.name) else { return }
    for (position, argument) in arguments.enumerated() where position < known.parameters.count {
      guard let effect = known.parameters[position], case .parameter(let index) = argument else { continue }
      var seen = effect
      if effect == .frees {
        for guardKind in guards {
          switch guardKind {
          case .nullTest(let tested) where tested == index: break
          case .countDown, .nullTest, .other: seen = .releases
          }
        }
      }
      walk.note(seen, on: index)
    }
    for output in known.outputs where output < arguments.count {
      if case .parameter(let index) = arguments[output], !walk.summary.outputs.contains(index) {
        walk.summary.outputs.append(index)
      }
    }
  }

  private func assign(_ target: CExpression, _ source: CExpression, _ walk: inout Walk) {
    let target = bare(target)
    let value = value(source, walk)
    switch target.kind {
    case .reference:
      if target.isGlobal {
        if case .parameter(let index) = value { walk.note(.keeps, on: index) }
        if case .allocated = value { walk.locals[target.declaration] = .unknown }
      } else if walk.parameters[target.declaration] == nil {
        walk.locals[target.declaration] = value
      }
    case .member:
      if case .parameter(let index) = value { walk.note(.keeps, on: index) }
    case .unary where target.isDereference:
      if case .parameter(let index) = value { walk.note(.keeps, on: index) }
      if case .allocated = value, let pointer = target.children.first,
        case .parameter(let index) = self.value(pointer, walk),
        !walk.summary.outputs.contains(index)
      {
        walk.summary.outputs.append(index)
      }
    default: break
    }
  }
}
