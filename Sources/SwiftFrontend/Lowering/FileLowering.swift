import Flow
import SwiftSyntax

/// Lowers the functions of one file to the intermediate form.
///
/// Structure follows the source: an expression becomes instructions that leave its value in a variable. Three things are not as in most languages:
/// - Closures that are called at once (`withLock`, `withUnsafePointer`, `forEach`) are lowered in their place, so that what they do to locals is seen.
/// - Errors are a second result, as in Go: a function that throws returns `(value, error)`, and each `try` asks for the error.
/// - Dictionaries and sets are values: an assignment makes another map, of which nothing is known.
final class FileLowering {
  /// How deeply expressions and statements are followed; what is nested deeper is unknown.
  static let maximumDepth = 160

  /// A value and its type.
  struct Value {
    var id: VariableID
    var type: SwiftType
  }

  let table: DeclarationTable
  let resolver: TypeResolver
  let mapper: TypeMapper
  let foreign: ForeignCode
  let file: Int32
  let isTest: Bool
  var scope: FunctionScope
  var context: TypeContext
  /// The type whose members are lowered.
  var owner: TypeDeclaration?
  var functions: [Flow.Function] = []
  var mapSites: [Unit.MapSite] = []
  var depth = 0
  /// Whether an expression stands under `try`, and what becomes of an error there.
  var tryMode = TryMode.none
  var usedForeign: Set<String> = []
  /// Methods that several types have, with the functions that may be meant.
  var implementations: [Symbol: [Symbol]] = [:]
  /// What isolates the next closure: a lock that it holds as long as it runs, or the actor that `self` is.
  var pendingIsolation: MemoryPath?
  var pendingActor: Symbol?

  enum TryMode { case none, propagates, optional, traps }

  var symbols: SymbolTable { table.symbols }
  let element: Symbol

  init(table: DeclarationTable, mapTypes: MapTypes, foreign: ForeignCode, module: String, file: Int32, isTest: Bool) {
    self.table = table
    self.foreign = foreign
    self.file = file
    self.isTest = isTest
    resolver = TypeResolver(table: table)
    mapper = TypeMapper(table: table, mapTypes: mapTypes, module: module)
    context = TypeContext(module: module, type: "", genericNames: [])
    element = table.symbols.intern("element")
    scope = FunctionScope(
      Function(symbol: .empty, displayName: .empty, range: .none, language: .swift), parent: nil)
  }

  // MARK: Files

  func lower(_ source: SourceFileSyntax) {
    let name = symbols.intern("\(context.module).main#\(file)")
    let whole = range(source)
    scope = FunctionScope(
      Function(symbol: name, displayName: symbols.intern("main"), range: whole, language: .swift), parent: nil)
    scope.function.isTest = isTest
    let hasStatements = source.statements.contains { item in
      if case .decl = item.item { return false }
      return true
    }
    // Without statements these are the initial values of globals, which the first use runs.
    scope.function.isInitializer = !hasStatements
    let top = scope
    items(source.statements, isTopLevel: true)
    scope = top
    finish(range: whole)
  }

  /// Ends the function in `scope`, and keeps it if it does anything.
  func finish(range: SourceRange) {
    if !scope.isUnreachable {
      scope.runCleanups(downTo: 0)
      returnResults(nil, range)
    }
    functions.append(scope.function)
  }

  // MARK: Declarations

  /// The members of a type or extension.
  func members(_ block: MemberBlockSyntax, _ declared: TypeDeclaration?, _ inside: TypeContext) {
    let (keptContext, keptOwner, keptScope) = (context, owner, scope)
    context = inside
    owner = declared
    for member in block.members { self.member(member.decl) }
    (context, owner, scope) = (keptContext, keptOwner, keptScope)
  }

  private func member(_ declaration: DeclSyntax) {
    switch declaration.as(DeclSyntaxEnum.self) {
    case .functionDecl(let node): function(node)
    case .initializerDecl(let node): initializer(node)
    case .deinitializerDecl(let node): deinitializer(node)
    case .subscriptDecl(let node):
      if let block = node.accessorBlock { accessors(block, "subscript", resultType(node.returnClause.type), node) }
    case .variableDecl(let node): memberVariable(node)
    case .ifConfigDecl(let node):
      for clause in node.clauses {
        if case .decls(let list)? = clause.elements { for member in list { self.member(member.decl) } }
      }
    default: nested(declaration)
    }
  }

  /// A type inside of another declaration, or at the top.
  func nested(_ declaration: DeclSyntax) {
    depth += 1
    defer { depth -= 1 }
    if depth > Self.maximumDepth { return }
    func enter(_ name: String, _ block: MemberBlockSyntax) {
      let full = context.type.isEmpty ? name : context.type + "." + name
      let declared = table.modules[context.module]?.types[full]
      members(block, declared, context.inside(full, generics: declared?.genericNames ?? []))
    }
    switch declaration.as(DeclSyntaxEnum.self) {
    case .structDecl(let node): enter(node.name.text, node.memberBlock)
    case .classDecl(let node): enter(node.name.text, node.memberBlock)
    case .actorDecl(let node): enter(node.name.text, node.memberBlock)
    case .enumDecl(let node): enter(node.name.text, node.memberBlock)
    case .extensionDecl(let node):
      let written = node.extendedType.trimmedDescription.prefix { $0 != "<" && !$0.isWhitespace }
      let plain =
        written.hasPrefix("\(context.module).") ? String(written.dropFirst(context.module.count + 1)) : String(written)
      let top = TypeContext(module: context.module, type: "", genericNames: [])
      let declared =
        table.type(named: plain, in: top) ?? table.modules[context.module]?.foreignExtensions[plain]
      members(node.memberBlock, declared, context.inside(plain, generics: declared?.genericNames ?? []))
    default: break
    }
  }

  private func resultType(_ syntax: TypeSyntax) -> SwiftType { resolver.type(syntax, in: context) }

  // MARK: Functions

  func function(_ node: FunctionDeclSyntax) {
    guard let body = node.body else { return }
    let parameters = DeclarationCollector.parameters(node.signature.parameterClause)
    let symbol = FunctionNames.symbol(
      node.name.text, parameters, context, file: file, token: node.name, symbols: symbols)
    let isStatic = DeclarationCollector.isStatic(node.modifiers)
    var inner = context
    inner.genericNames.formUnion(node.genericParameterClause?.parameters.map(\.name.text) ?? [])
    let isNonisolated = node.modifiers.contains { $0.name.text == "nonisolated" }
    begin(
      symbol, node.name.text, range(node), parameters, inner,
      result: node.signature.returnClause.map { resolver.type($0.type, in: inner) } ?? .nominal("Void", []),
      canThrow: node.signature.effectSpecifiers?.throwsClause != nil, hasSelf: owner != nil && !isStatic)
    scope.function.isExportedToC = DeclarationCollector.exportedName(node.attributes, node.name.text) != nil
    if !isNonisolated { isolate(DeclarationCollector.globalActor(node.attributes), isStatic: isStatic) }
    run(body, range(node), inner)
  }

  private func initializer(_ node: InitializerDeclSyntax) {
    guard let body = node.body, let owner else { return }
    let parameters = DeclarationCollector.parameters(node.signature.parameterClause)
    let symbol = FunctionNames.symbol(
      "init", parameters, context, file: file, token: node.initKeyword, symbols: symbols)
    var inner = context
    inner.genericNames.formUnion(node.genericParameterClause?.parameters.map(\.name.text) ?? [])
    begin(
      symbol, "init", range(node), parameters, inner, result: .nominal(owner.name, []),
      canThrow: node.signature.effectSpecifiers?.throwsClause != nil, hasSelf: false)
    freshSelf(range(node))
    scope.isInitializer = true
    run(body, range(node), inner)
  }

  private func deinitializer(_ node: DeinitializerDeclSyntax) {
    guard let body = node.body else { return }
    let symbol = symbols.intern("\(context.module).\(context.type).deinit")
    begin(
      symbol, "deinit", range(node), [], context, result: .nominal("Void", []), canThrow: false, hasSelf: false)
    // Its fields end with it: whatever it leaves in them nobody sees.
    freshSelf(range(node))
    run(body, range(node), context)
  }

  private func freshSelf(_ range: SourceRange) {
    guard let owner else { return }
    let type = SwiftType.nominal(owner.name, [])
    let variable = scope.add(
      Variable(name: symbols.intern("self"), type: mapper.value(type), range: .none))
    scope.emit(.fresh(into: variable, .managed), range)
    scope.bind("self", .variable(variable, type))
  }

  /// Starts a function: its parameters are the receiver and what is declared.
  func begin(
    _ symbol: Symbol, _ name: String, _ range: SourceRange, _ parameters: [FunctionDeclaration.Parameter],
    _ inner: TypeContext, result: SwiftType, canThrow: Bool, hasSelf: Bool
  ) {
    let display = context.type.isEmpty ? name : context.type + "." + name
    scope = FunctionScope(
      Function(symbol: symbol, displayName: symbols.intern(display), range: range, language: .swift), parent: nil)
    scope.function.isTest = isTest
    scope.canThrow = canThrow
    scope.resultType = result
    if result != .nominal("Void", []) || canThrow { scope.function.resultTypes = [mapper.value(result)] }
    if canThrow { scope.function.resultTypes.append(ValueType(.interface)) }
    if hasSelf, let owner {
      let type = SwiftType.nominal(owner.name, [])
      let variable = scope.add(Variable(name: symbols.intern("self"), type: mapper.value(type), range: .none))
      scope.function.parameters.append(variable)
      scope.bind("self", .variable(variable, type))
    }
    for parameter in parameters {
      var type = resolver.type(parameter.annotation, in: inner)
      if parameter.isVariadic { type = .array(type) }
      let variable = scope.add(
        Variable(name: symbols.intern(parameter.name), type: mapper.value(type), range: range))
      if parameter.isInout { scope.function.lentParameters.insert(Int32(scope.function.parameters.count)) }
      scope.function.parameters.append(variable)
      scope.bind(parameter.name, .variable(variable, type))
    }
  }

  private func run(_ body: CodeBlockSyntax, _ range: SourceRange, _ inner: TypeContext) {
    let kept = context
    context = inner
    implicitReturn(body.statements)
    finish(range: range)
    context = kept
  }

  /// A body of one expression returns it.
  func implicitReturn(_ statements: CodeBlockItemListSyntax) {
    if statements.count == 1, let only = statements.first, case .expr(let expression) = only.item,
      !expression.is(IfExprSyntax.self), !expression.is(SwitchExprSyntax.self)
    {
      scope.statement = range(only)
      let value = value(expression, expected: scope.resultType)
      leave(with: value, range(only))
    } else {
      items(statements)
    }
  }

  // MARK: Properties

  private func memberVariable(_ node: VariableDeclSyntax) {
    for binding in node.bindings {
      guard let pattern = binding.pattern.as(IdentifierPatternSyntax.self) else { continue }
      let name = pattern.identifier.text
      let type = owner?.properties[name]?.type ?? .unknown
      site(pattern, type)
      if let block = binding.accessorBlock {
        accessors(block, name, type, node)
      } else if let initializer = binding.initializer?.value, holdsCode(initializer) {
        initialValue(initializer, name, node)
      }
    }
  }

  /// Whether an initial value can matter: it has a closure or a call.
  private func holdsCode(_ expression: ExprSyntax) -> Bool {
    expression.is(ClosureExprSyntax.self) || expression.is(FunctionCallExprSyntax.self)
  }

  /// The initial value of a property, as a function of its own that runs before others.
  private func initialValue(_ expression: ExprSyntax, _ name: String, _ node: VariableDeclSyntax) {
    let property = owner?.properties[name]
    let symbol = symbols.intern("\(context.module).\(context.type).\(name).initial#\(file)")
    begin(
      symbol, name, range(expression), [], context, result: .nominal("Void", []), canThrow: false,
      hasSelf: !DeclarationCollector.isStatic(node.modifiers))
    scope.function.isInitializer = true
    scope.statement = range(expression)
    let value = value(expression, expected: property?.type ?? .unknown)
    if let property, property.isStatic {
      scope.emit(.store(to: scope.path(MemoryPath(.global(property.symbol))), from: value.id), range(expression))
    }
    finish(range: range(expression))
  }

  /// The functions of a computed property or subscript.
  private func accessors(
    _ block: AccessorBlockSyntax, _ name: String, _ type: SwiftType, _ node: some SyntaxProtocol
  ) {
    let isStatic = owner?.properties[name]?.isStatic ?? false
    func accessor(_ suffix: String, _ body: CodeBlockItemListSyntax, _ place: SourceRange, parameter: String?) {
      let full = context.type.isEmpty ? "\(context.module).\(name)" : "\(context.module).\(context.type).\(name)"
      begin(
        symbols.intern("\(full).\(suffix)"), name, place, [], context,
        result: suffix == "get" ? type : .nominal("Void", []), canThrow: false, hasSelf: owner != nil && !isStatic)
      if let parameter {
        let variable = scope.add(
          Variable(name: symbols.intern(parameter), type: mapper.value(type), range: place))
        scope.function.parameters.append(variable)
        scope.bind(parameter, .variable(variable, type))
      }
      if let subscriptNode = node.as(SubscriptDeclSyntax.self) {
        for parameter in DeclarationCollector.parameters(subscriptNode.parameterClause) {
          let type = resolver.type(parameter.annotation, in: context)
          let variable = scope.add(
            Variable(name: symbols.intern(parameter.name), type: mapper.value(type), range: place))
          scope.function.parameters.append(variable)
          scope.bind(parameter.name, .variable(variable, type))
        }
      }
      isolate(nil, isStatic: isStatic)
      implicitReturn(body)
      finish(range: place)
    }
    let kept = scope
    switch block.accessors {
    case .getter(let statements): accessor("get", statements, range(block), parameter: nil)
    case .accessors(let list):
      for one in list {
        guard let body = one.body else { continue }
        switch one.accessorSpecifier.text {
        case "get", "_read", "unsafeAddress": accessor("get", body.statements, range(one), parameter: nil)
        case "set": accessor("set", body.statements, range(one), parameter: one.parameters?.name.text ?? "newValue")
        case "willSet", "didSet", "_modify":
          let given = one.parameters?.name.text ?? (one.accessorSpecifier.text == "didSet" ? "oldValue" : "newValue")
          accessor(one.accessorSpecifier.text, body.statements, range(one), parameter: given)
        default: break
        }
      }
    }
    scope = kept
  }

  /// A map type that the source declares.
  func site(_ pattern: some SyntaxProtocol, _ type: SwiftType) {
    let value = mapper.value(type)
    guard value.class == .map else { return }
    mapSites.append(
      Unit.MapSite(range: range(pattern), mapType: value.mapType, owner: symbols.intern(pattern.trimmedDescription)))
  }

  // MARK: Isolation

  /// Isolation is a lock that the function holds from its beginning to its end.
  func isolate(_ globalActor: String?, isStatic: Bool) {
    let lock: MemoryPath
    if let actor = globalActor ?? owner?.globalActor {
      lock = MemoryPath(.global(symbols.intern(actor)))
    } else if let owner, owner.kind == .actor, !isStatic, case .variable(let receiver, _)? = scope.binding("self") {
      lock = MemoryPath(
        .variable(receiver), fields: [symbols.intern("\(owner.module).\(owner.name).isolation")])
    } else {
      return
    }
    hold(lock, scope.function.range)
  }

  /// Takes a lock until the scope is left.
  func hold(_ lock: MemoryPath, _ range: SourceRange) {
    let path = scope.path(lock)
    scope.emit(.lock(path, .exclusive), range)
    scope.cleanups.append(
      FunctionScope.Cleanup { [scope] in scope.emit(.unlock(path, .exclusive), range) })
  }

  // MARK: Ranges

  func range(_ node: some SyntaxProtocol) -> SourceRange {
    let start = node.positionAfterSkippingLeadingTrivia.utf8Offset
    return SourceRange(
      file: file, start: UInt32(start), end: UInt32(max(start, node.endPositionBeforeTrailingTrivia.utf8Offset)))
  }
}
