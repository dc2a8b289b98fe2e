import Flow
import SwiftSyntax

/// Calls: who is meant, and what is handed over.
extension FileLowering {
  /// An argument as it is written.
  struct Argument {
    var label: String?
    var expression: ExprSyntax
    var isTrailing = false
  }

  /// Functions that never come back.
  private static let endings: Set<String> = ["fatalError", "preconditionFailure", "exit", "abort", "_exit"]

  func arguments(_ node: FunctionCallExprSyntax) -> [Argument] {
    var result = node.arguments.map { Argument(label: $0.label?.text, expression: $0.expression) }
    if let closure = node.trailingClosure {
      result.append(Argument(label: nil, expression: ExprSyntax(closure), isTrailing: true))
    }
    for more in node.additionalTrailingClosures {
      result.append(Argument(label: more.label.text, expression: ExprSyntax(more.closure), isTrailing: true))
    }
    return result
  }

  func call(_ node: FunctionCallExprSyntax, _ place: SourceRange, _ expected: SwiftType) -> Value {
    var callee = node.calledExpression
    while let optional = callee.as(OptionalChainingExprSyntax.self) { callee = optional.expression }
    if let closure = callee.as(ClosureExprSyntax.self) {
      return inline(closure, node.arguments.map { value($0.expression) }, place)
    }
    if let written = writtenType(callee), !isForeignFunction(callee) { return construct(written, node, place) }
    if let reference = callee.as(DeclReferenceExprSyntax.self) {
      return freeCall(reference.baseName.text, node, place, expected)
    }
    if let special = callee.as(GenericSpecializationExprSyntax.self),
      let reference = special.expression.as(DeclReferenceExprSyntax.self)
    {
      return freeCall(reference.baseName.text, node, place, expected)
    }
    if let member = callee.as(MemberAccessExprSyntax.self) { return memberCall(member, node, place, expected) }
    let function = value(callee)
    return callValue(function, node, place)
  }

  /// Whether what is written like a type is a function of C: `SDL_Quit`, `CFRelease`.
  private func isForeignFunction(_ callee: ExprSyntax) -> Bool {
    guard let name = callee.as(DeclReferenceExprSyntax.self)?.baseName.text else { return false }
    return foreign.isKnown(name) && table.type(named: name, in: context) == nil
  }

  // MARK: Free functions

  private func freeCall(
    _ name: String, _ node: FunctionCallExprSyntax, _ place: SourceRange, _ expected: SwiftType
  ) -> Value {
    if let binding = scope.binding(name) {
      if case .variable(let variable, let type) = binding {
        return callValue(Value(id: variable, type: type), node, place)
      }
      return callValue(named(name, place), node, place)
    }
    if let owner {
      let found = table.functions(name, of: owner)
      if !found.isEmpty {
        let receiver = scope.binding("self").flatMap { binding -> Value? in
          if case .variable(let id, let type) = binding { return Value(id: id, type: type) }
          return nil
        }
        return callDeclared(found, receiver, owner, node, place)
      }
    }
    if let found = table.modules[context.module]?.functions[name] {
      return callDeclared(found, nil, nil, node, place)
    }
    if let (_, type) = self.place(node.calledExpression), case .function = type.unwrapped {
      return callValue(value(node.calledExpression), node, place)
    }
    if let special = specialFunction(name, nil, node, place) { return special }
    if Self.endings.contains(name) {
      for argument in arguments(node) { _ = value(argument.expression) }
      scope.end(.unreachable, place)
      return unknown(place)
    }
    let others = table.modules.filter { $0.key != context.module }.compactMap { $0.value.functions[name] }
    if others.count == 1 { return callDeclared(others[0], nil, nil, node, place) }
    let hasClosure = arguments(node).contains { $0.expression.is(ClosureExprSyntax.self) }
    if foreign.isForeign(name, takesClosure: hasClosure) { return callForeign(name, node, place) }
    return callLibrary(name, node, place)
  }

  /// A function value.
  func callValue(_ function: Value, _ node: FunctionCallExprSyntax, _ place: SourceRange) -> Value {
    let given = arguments(node).map { value($0.expression) }
    var type = SwiftType.unknown
    if case .function(let result, _) = function.type.unwrapped { type = result }
    let result = scope.temporary(mapper.value(type), place)
    scope.call(
      Call(
        .value(function.id), arguments: given.map(\.id), argumentRanges: ranges(node), results: [result]), place)
    askForUnknownError(place)
    return Value(id: result, type: type)
  }

  /// Something of a library: its arguments are evaluated, and nothing is known of what comes back.
  func callLibrary(_ name: String, _ node: FunctionCallExprSyntax, _ place: SourceRange) -> Value {
    let given = arguments(node).map { value($0.expression) }
    let result = scope.temporary(.unknown, place)
    scope.call(
      Call(
        .library(symbols.intern(name)), arguments: given.map(\.id), argumentRanges: ranges(node), results: [result]),
      place)
    askForUnknownError(place)
    return Value(id: result, type: .unknown)
  }

  func ranges(_ node: FunctionCallExprSyntax) -> [SourceRange] { arguments(node).map { range($0.expression) } }

  /// Under `try`, a call of something unknown may throw.
  func askForUnknownError(_ place: SourceRange) {
    guard tryMode == .propagates || tryMode == .optional else { return }
    let (next, failed) = (scope.newBlock(), scope.newBlock())
    scope.end(.fork([next, failed]), place)
    scope.start(failed)
    raise(place)
    scope.start(next)
  }

  // MARK: Declared functions

  /// A call of one of some functions of one name.
  func callDeclared(
    _ candidates: [FunctionDeclaration], _ receiver: Value?, _ type: TypeDeclaration?,
    _ node: FunctionCallExprSyntax, _ place: SourceRange
  ) -> Value {
    let given = arguments(node)
    let labels = given.map(\.label)
    let trailing = given.filter(\.isTrailing).count
    let matching = candidates.filter { $0.accepts(labels, trailing: trailing) }
    guard let function = matching.first ?? (candidates.count == 1 ? candidates[0] : nil),
      let positions = function.positions(labels, trailing: trailing)
    else {
      return callLibrary(candidates.first?.name ?? "", node, place)
    }
    if matching.count > 1, Set(matching.map(\.symbol)).count > 1, !areVariants(matching) {
      // Overloads that differ in their types: which one is meant is not known.
      return callLibrary(function.name, node, place)
    }
    var values = [VariableID?](repeating: nil, count: function.parameters.count)
    var places = [SourceRange](repeating: .none, count: function.parameters.count)
    for (argument, position) in zip(given, positions) {
      let value = value(argument.expression, expected: function.parameters[position].type)
      if values[position] == nil { values[position] = value.id }
      places[position] = range(argument.expression)
    }
    var variables = zip(values, function.parameters).map { value, parameter in
      value ?? unknown(place, parameter.type).id
    }
    if !function.isStatic, function.context.type != "", !function.isInitializer {
      variables.insert(receiver?.id ?? unknown(place).id, at: 0)
      places.insert(place, at: 0)
    }
    return finishCall(function, variables, places, type, place)
  }

  /// Whether functions of one name are the branches of `#if`.
  private func areVariants(_ functions: [FunctionDeclaration]) -> Bool {
    let first = functions[0]
    return functions.allSatisfy { other in
      other.parameters.map(\.type) == first.parameters.map(\.type) && other.isStatic == first.isStatic
        && other.context == first.context
    }
  }

  private func finishCall(
    _ function: FunctionDeclaration, _ arguments: [VariableID], _ places: [SourceRange], _ type: TypeDeclaration?,
    _ place: SourceRange
  ) -> Value {
    let resultType =
      function.isInitializer ? SwiftType.nominal(function.context.type, []) : function.result
    let result = scope.temporary(mapper.value(resultType), place)
    var results = [result]
    var error: VariableID?
    if function.canThrow {
      error = scope.temporary(ValueType(.interface), place)
      results.append(error!)
    }
    if function.isInitializer { scope.function.constructions.insert(Int32(scope.function.calls.count)) }
    scope.call(
      Call(callee(function, type), arguments: arguments, argumentRanges: places, results: results), place)
    if let error { checkError(error, place) }
    return Value(id: result, type: resultType)
  }

  /// The function itself, or all that a subclass or a conforming type may put in its place.
  private func callee(_ function: FunctionDeclaration, _ type: TypeDeclaration?) -> Call.Callee {
    guard let type, !function.isStatic else { return .function(function.symbol) }
    var bodies = function.hasBody ? [function.symbol] : []
    let labels = function.parameters.map(\.label)
    for subtype in table.subtypes(of: type) {
      for other in subtype.functions[function.name] ?? []
      where other.hasBody && other.parameters.map(\.label) == labels && !bodies.contains(other.symbol) {
        bodies.append(other.symbol)
      }
    }
    if bodies.count == 1 { return .function(bodies[0]) }
    if bodies.isEmpty { return .library(function.symbol) }
    implementations[function.symbol] = bodies
    return .interfaceMethod(function.symbol)
  }

  // MARK: Initializers

  /// `Type(…)`.
  func construct(_ type: SwiftType, _ node: FunctionCallExprSyntax, _ place: SourceRange) -> Value {
    let given = arguments(node)
    switch type.unwrapped {
    case .dictionary, .set:
      if given.isEmpty || given.allSatisfy({ $0.label == "minimumCapacity" }) { return emptyMap(type, place) }
      for argument in given { _ = value(argument.expression) }
      return emptyMap(type, place)
    case .array:
      for argument in given { _ = value(argument.expression) }
      return fresh(type, place)
    case .pointer, .unmanaged: return pointer(type, given, node, place)
    default: break
    }
    if let special = specialConstruction(type, given, node, place) { return special }
    guard let declared = declaration(of: type) else {
      let parts = given.map { value($0.expression) }
      // A number or string made of others.
      if case .nominal(let name, _) = type, SwiftType.plainNames.contains(name) {
        return compute(parts.map(\.id), type, place)
      }
      let result = fresh(type, place)
      askForUnknownError(place)
      return result
    }
    let initializers = declared.functions["init"] ?? []
    if !initializers.isEmpty {
      let result = callDeclared(initializers, nil, nil, node, place)
      return Value(id: result.id, type: type)
    }
    if declared.superclass != nil {
      for argument in given { _ = value(argument.expression) }
      return fresh(type, place)
    }
    // The memberwise initializer.
    let result = fresh(type, place)
    for argument in given {
      let property = argument.label.flatMap { declared.properties[$0] }
      let part = value(argument.expression, expected: property?.type ?? .unknown)
      guard let property, property.isStored else { continue }
      let path = MemoryPath(.variable(result.id), fields: [property.symbol])
      scope.emit(.store(to: scope.path(path), from: part.id), range(argument.expression))
    }
    return result
  }

  // MARK: Methods

  private func memberCall(
    _ member: MemberAccessExprSyntax, _ node: FunctionCallExprSyntax, _ place: SourceRange, _ expected: SwiftType
  ) -> Value {
    let name = member.declName.baseName.text
    guard let base = member.base else {
      // `.init(…)` and `.make(…)` of the type that is expected.
      if name == "init", expected != .unknown { return construct(expected.unwrapped, node, place) }
      if case .pointer = expected.unwrapped, name == "allocate" {
        return staticCall(expected.unwrapped, name, node, place)
      }
      for argument in arguments(node) { _ = value(argument.expression) }
      return fresh(expected, place)
    }
    if let written = writtenType(base) {
      if name == "init" { return construct(written, node, place) }
      return staticCall(written, name, node, place)
    }
    if base.is(SuperExprSyntax.self) { return superCall(name, node, place) }
    if let concurrent = concurrentCall(name, base, node, place) { return concurrent }
    if let map = mapMethod(name, node, base, place) { return map }
    // A function of a module by its full name.
    if let module = base.as(DeclReferenceExprSyntax.self)?.baseName.text, scope.binding(module) == nil {
      if let found = table.modules[module]?.functions[name] { return callDeclared(found, nil, nil, node, place) }
      if ["Glibc", "Darwin", "Musl", "Foundation"].contains(module), foreign.isForeign(name) {
        return callForeign(name, node, place)
      }
    }
    if let special = specialFunction(name, base, node, place) { return special }
    let receiver = value(base)
    return methodCall(name, receiver, base, node, place)
  }

  private func staticCall(
    _ type: SwiftType, _ name: String, _ node: FunctionCallExprSyntax, _ place: SourceRange
  ) -> Value {
    let given = arguments(node)
    if let known = staticPointerCall(type, name, given, node, place) { return known }
    if case .nominal(let owner, _) = type {
      if owner == "Task", name == "detached" { return spawn(onlyClosure(node), node, place) }
      if owner == "Thread", name == "detachNewThread" { return spawn(onlyClosure(node), node, place) }
      if owner == "DispatchQueue", name == "concurrentPerform" { return repeated(onlyClosure(node), node, place) }
    }
    if let declared = declaration(of: type) {
      let found = table.functions(name, of: declared)
      if !found.isEmpty { return callDeclared(found, nil, nil, node, place) }
      if declared.cases[name] != nil {
        for argument in given { keepPart(value(argument.expression), range(argument.expression)) }
        return fresh(type, place)
      }
    }
    return callLibrary("\(TypeMapper.text(type)).\(name)", node, place)
  }

  /// What an enumeration case carries is not followed from there.
  private func keepPart(_ value: Value, _ place: SourceRange) {
    if mapper.value(value.type).holdsCPointer { scope.emit(.escape(value.id), place) }
  }

  private func superCall(_ name: String, _ node: FunctionCallExprSyntax, _ place: SourceRange) -> Value {
    if let owner, let parent = owner.superclass.flatMap({ table.declaration($0, from: owner.module) }) {
      let found = table.functions(name, of: parent)
      if !found.isEmpty, case .variable(let id, let type)? = scope.binding("self") {
        return callDeclared(found, Value(id: id, type: type), nil, node, place)
      }
    }
    return callLibrary(name, node, place)
  }

  private func methodCall(
    _ name: String, _ receiver: Value, _ base: ExprSyntax, _ node: FunctionCallExprSyntax, _ place: SourceRange
  ) -> Value {
    if let known = pointerMethod(name, receiver, node, place) { return known }
    let type = receiver.type.unwrapped
    if case .array = type, let list = self.place(base)?.0 {
      if name == "append" || name == "insert" {
        for argument in arguments(node) { keep(value(argument.expression), in: list, place) }
        return constant(.other, .nominal("Void", []), place)
      }
    }
    if let declared = declaration(of: type) {
      let found = table.functions(name, of: declared)
      if !found.isEmpty { return callDeclared(found, receiver, declared, node, place) }
    }
    // What iterates calls its closure before it returns.
    if [
      "forEach", "map", "compactMap", "flatMap", "filter", "first", "contains", "allSatisfy", "reduce", "sort",
      "sorted", "withExtendedLifetime", "removeAll", "min", "max",
    ].contains(name), let closure = onlyClosure(node) {
      return iterate(closure, receiver, name, node, place)
    }
    if case .function = type { return callValue(receiver, node, place) }
    var given = [receiver.id]
    for argument in arguments(node) {
      let value = value(argument.expression)
      given.append(value.id)
      // Whatever is unknown may keep a pointer: an array behind a protocol, a collection of a library.
      if name == "append" || name == "insert" || name == "push" { keepPart(value, range(argument.expression)) }
    }
    let result = scope.temporary(.unknown, place)
    scope.call(
      Call(
        .library(symbols.intern("\(TypeMapper.text(type)).\(name)")), arguments: given,
        argumentRanges: [range(base)] + ranges(node), results: [result]), place)
    askForUnknownError(place)
    return Value(id: result, type: name == "hash" || name == "hashValue" ? .nominal("Int", []) : .unknown)
  }

  /// A closure that is called for each element of something.
  private func iterate(
    _ closure: ClosureExprSyntax, _ receiver: Value, _ name: String, _ node: FunctionCallExprSyntax,
    _ place: SourceRange
  ) -> Value {
    for argument in arguments(node) where !argument.expression.is(ClosureExprSyntax.self) {
      _ = value(argument.expression)
    }
    if case .optional(let wrapped) = receiver.type, name == "map" || name == "flatMap" {
      let (present, after) = (scope.newBlock(), scope.newBlock())
      let result = scope.temporary(.unknown, place)
      scope.emit(.constant(into: result, .nil), place)
      scope.end(.branch(Condition(.isNil(receiver.id)), then: after, otherwise: present), place)
      scope.start(present)
      let inner = inline(closure, [Value(id: receiver.id, type: wrapped)], place)
      scope.emit(.copy(into: result, from: inner.id), place)
      scope.jump(after, place)
      scope.start(after)
      scope.function.variables[Int(result.rawValue)].type = mapper.value(inner.type)
      return Value(id: result, type: .optional(inner.type.unwrapped))
    }
    let (head, inside, after) = (scope.newBlock(), scope.newBlock(), scope.newBlock())
    scope.jump(head, place)
    scope.start(head)
    scope.end(.fork([inside, after]), place)
    scope.start(inside)
    let element = receiver.type.unwrapped.element
    let count = max(1, parameterCount(closure))
    let given = (0..<count).map { index in unknown(place, count == 1 || index > 0 ? element : .unknown) }
    inline(closure, given, place)
    scope.jump(head, place)
    scope.start(after)
    return unknown(place)
  }

  // MARK: C

  /// A call of a C function.
  func callForeign(_ name: String, _ node: FunctionCallExprSyntax, _ place: SourceRange) -> Value {
    usedForeign.insert(name)
    let known = foreign.function(name)
    var loans: [Value] = []
    var given: [VariableID] = []
    for (index, argument) in arguments(node).enumerated() {
      let isKept = known.map { index < $0.parameters.count && $0.parameters[index] == .keeps } ?? false
      given.append(foreignArgument(argument.expression, isKept: isKept, &loans).id)
    }
    let type = foreign.result(name)
    let result = scope.temporary(mapper.value(type), place)
    scope.call(
      Call(
        .foreign(symbols.intern(name)), arguments: given, argumentRanges: ranges(node), results: [result]), place)
    for loan in loans { endLoan(loan, RuntimeFunctions.conversion, place) }
    return Value(id: result, type: type)
  }

  /// An argument for C. One that is only lent for the call, and that C keeps, is a loan.
  private func foreignArgument(_ expression: ExprSyntax, isKept: Bool, _ loans: inout [Value]) -> Value {
    let place = range(expression)
    if let closure = expression.as(ClosureExprSyntax.self) { return self.closure(closure, isExported: true) }
    if isKept, let type = lentType(expression) {
      let loan = unknown(place, .pointer("UnsafeMutableRawPointer", .unknown))
      if !type { _ = value(expression) }
      loans.append(loan)
      return loan
    }
    let value = value(expression)
    return value
  }

  /// Whether an expression becomes a pointer for the call only: `&local`, a string, an array. True for the address of a variable; nil where it stays what it is.
  private func lentType(_ expression: ExprSyntax) -> Bool? {
    if let address = expression.as(InOutExprSyntax.self) {
      guard let (path, type) = place(address.expression), path.fields.isEmpty, case .variable = path.root,
        !type.isPointer
      else { return nil }
      return true
    }
    switch typeOfBase(expression)?.unwrapped {
    case .nominal("String", _)?, .array?: return false
    default: return nil
    }
  }

  /// The life of something lent ends.
  func endLoan(_ loan: Value, _ lender: String, _ place: SourceRange) {
    scope.call(
      Call(.foreign(symbols.intern(lender)), arguments: [loan.id], argumentRanges: [place], results: []), place)
  }
}
