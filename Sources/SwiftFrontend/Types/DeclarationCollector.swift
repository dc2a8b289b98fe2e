import Flow
import SwiftSyntax

/// Adds what a file declares to the table. Bodies are not looked into.
struct DeclarationCollector {
  let table: DeclarationTable
  let module: String
  let file: Int32

  private var symbols: SymbolTable { table.symbols }

  init(table: DeclarationTable, module: String, file: Int32) {
    self.table = table
    self.module = module
    self.file = file
    if table.modules[module] == nil { table.modules[module] = DeclarationTable.Module() }
  }

  func collect(_ source: SourceFileSyntax) {
    let context = TypeContext(module: module, type: "", genericNames: [])
    items(source.statements, context)
  }

  private func items(_ list: CodeBlockItemListSyntax, _ context: TypeContext) {
    for item in list {
      switch item.item {
      case .decl(let declaration): self.declaration(declaration, nil, context)
      default: break
      }
    }
  }

  private func members(_ block: MemberBlockSyntax, _ owner: TypeDeclaration, _ context: TypeContext) {
    for member in block.members { declaration(member.decl, owner, context) }
  }

  // MARK: Declarations

  private func declaration(_ declaration: DeclSyntax, _ owner: TypeDeclaration?, _ context: TypeContext) {
    switch declaration.as(DeclSyntaxEnum.self) {
    case .structDecl(let node): nominal(node, node.name, .structure, node.genericParameterClause, owner, context)
    case .classDecl(let node): nominal(node, node.name, .class, node.genericParameterClause, owner, context)
    case .actorDecl(let node): nominal(node, node.name, .actor, node.genericParameterClause, owner, context)
    case .enumDecl(let node): nominal(node, node.name, .enumeration, node.genericParameterClause, owner, context)
    case .protocolDecl(let node): nominal(node, node.name, .protocol, nil, owner, context)
    case .extensionDecl(let node): self.extension(node, context)
    case .typeAliasDecl(let node):
      let name = context.type.isEmpty ? node.name.text : context.type + "." + node.name.text
      table.modules[module]!.aliases[name] = (node.initializer.value, context)
    case .functionDecl(let node): function(node, owner, context)
    case .initializerDecl(let node): initializer(node, owner, context)
    case .deinitializerDecl:
      owner?.deinitializer = symbols.intern("\(module).\(context.type).deinit")
    case .variableDecl(let node): variable(node, owner, context)
    case .enumCaseDecl(let node):
      for element in node.elements { owner?.cases[element.name.text] = element.parameterClause?.parameters.count ?? 0 }
    case .ifConfigDecl(let node):
      for clause in node.clauses {
        switch clause.elements {
        case .decls(let members): for member in members { self.declaration(member.decl, owner, context) }
        case .statements(let statements): items(statements, context)
        default: break
        }
      }
    default: break
    }
  }

  private func nominal(
    _ node: some DeclGroupSyntax, _ name: TokenSyntax, _ kind: TypeDeclaration.Kind,
    _ generics: GenericParameterClauseSyntax?, _ owner: TypeDeclaration?, _ context: TypeContext
  ) {
    let full = context.type.isEmpty ? name.text : context.type + "." + name.text
    let type = table.modules[module]!.types[full] ?? TypeDeclaration(name: full, module: module, kind: kind)
    // An extension may have come first.
    type.kind = kind
    table.modules[module]!.types[full] = type
    type.genericNames = Set(generics?.parameters.map(\.name.text) ?? [])
    type.range = range(name)
    fill(type, node.inheritanceClause, node.attributes)
    members(node.memberBlock, type, context.inside(full, generics: type.genericNames))
  }

  private func `extension`(_ node: ExtensionDeclSyntax, _ context: TypeContext) {
    let written = node.extendedType.trimmedDescription
    let name = written.prefix { $0 != "<" && !$0.isWhitespace }
    let plain = name.hasPrefix("\(module).") ? String(name.dropFirst(module.count + 1)) : String(name)
    // The type may stand in a file that comes later; `DeclarationTable.resolve` puts the two together.
    let type: TypeDeclaration
    if let known = table.modules[module]!.types[plain] {
      type = known
    } else if let known = table.modules[module]!.foreignExtensions[plain] {
      type = known
    } else {
      type = TypeDeclaration(name: plain, module: module, kind: .structure)
      table.modules[module]!.foreignExtensions[plain] = type
    }
    fill(type, node.inheritanceClause, node.attributes)
    members(node.memberBlock, type, context.inside(plain, generics: type.genericNames))
  }

  private func fill(
    _ type: TypeDeclaration, _ inheritance: InheritanceClauseSyntax?, _ attributes: AttributeListSyntax
  ) {
    for inherited in inheritance?.inheritedTypes ?? [] {
      let name = inherited.type.trimmedDescription.prefix { $0 != "<" }
      type.inherited.append(String(name))
    }
    if let actor = Self.globalActor(attributes) { type.globalActor = actor }
  }

  // MARK: Functions

  private func function(_ node: FunctionDeclSyntax, _ owner: TypeDeclaration?, _ context: TypeContext) {
    let parameters = Self.parameters(node.signature.parameterClause)
    let isStatic = Self.isStatic(node.modifiers)
    let declared = FunctionDeclaration(
      name: node.name.text,
      symbol: symbol(node.name.text, parameters, context, at: node.name), context: context, parameters: parameters,
      resultAnnotation: node.signature.returnClause?.type,
      canThrow: node.signature.effectSpecifiers?.throwsClause != nil, isStatic: isStatic, isInitializer: false,
      hasBody: node.body != nil, exportedName: Self.exportedName(node.attributes, node.name.text),
      genericNames: Set(node.genericParameterClause?.parameters.map(\.name.text) ?? []),
      globalActor: Self.globalActor(node.attributes),
      isNonisolated: node.modifiers.contains { $0.name.text == "nonisolated" })
    add(declared, owner)
    if let owner, node.name.text == "hash", parameters.first?.label == "into" {
      owner.mutableHashRange = range(node.name)
      owner.mutableHashState = node.body.flatMap { MutableState.firstRead(in: Syntax($0)) }
    }
  }

  private func initializer(_ node: InitializerDeclSyntax, _ owner: TypeDeclaration?, _ context: TypeContext) {
    let parameters = Self.parameters(node.signature.parameterClause)
    add(
      FunctionDeclaration(
        name: "init", symbol: symbol("init", parameters, context, at: node.initKeyword), context: context,
        parameters: parameters, canThrow: node.signature.effectSpecifiers?.throwsClause != nil, isStatic: true,
        isInitializer: true, hasBody: node.body != nil, exportedName: nil,
        genericNames: Set(node.genericParameterClause?.parameters.map(\.name.text) ?? []),
        globalActor: Self.globalActor(node.attributes),
        isNonisolated: node.modifiers.contains { $0.name.text == "nonisolated" }), owner)
  }

  private func add(_ function: FunctionDeclaration, _ owner: TypeDeclaration?) {
    if let owner {
      owner.functions[function.name, default: []].append(function)
    } else {
      table.modules[module]!.functions[function.name, default: []].append(function)
    }
  }

  static func parameters(_ clause: FunctionParameterClauseSyntax) -> [FunctionDeclaration.Parameter] {
    clause.parameters.map { parameter in
      let first = parameter.firstName.text
      var type = parameter.type
      var isInout = false
      if let attributed = type.as(AttributedTypeSyntax.self) {
        isInout = attributed.specifiers.contains { $0.trimmedDescription == "inout" }
        // Attributes such as `@convention(c)` matter; `inout` alone is not part of the type.
        if attributed.attributes.isEmpty { type = attributed.baseType }
      }
      return FunctionDeclaration.Parameter(
        label: first == "_" ? nil : first, name: parameter.secondName?.text ?? first, annotation: type,
        hasDefault: parameter.defaultValue != nil, isVariadic: parameter.ellipsis != nil, isInout: isInout)
    }
  }

  /// The full name of a function: of overloads that differ in types alone the place is added.
  private func symbol(
    _ name: String, _ parameters: [FunctionDeclaration.Parameter], _ context: TypeContext, at token: TokenSyntax
  ) -> Symbol {
    FunctionNames.symbol(name, parameters, context, file: file, token: token, symbols: symbols)
  }

  static func isStatic(_ modifiers: DeclModifierListSyntax) -> Bool {
    modifiers.contains { $0.name.text == "static" || $0.name.text == "class" }
  }

  static func globalActor(_ attributes: AttributeListSyntax) -> String? {
    for case .attribute(let attribute) in attributes {
      let name = attribute.attributeName.trimmedDescription
      if name.hasSuffix("Actor") { return name }
    }
    return nil
  }

  static func exportedName(_ attributes: AttributeListSyntax, _ name: String) -> String? {
    for case .attribute(let attribute) in attributes {
      let kind = attribute.attributeName.trimmedDescription
      guard kind == "_cdecl" || kind == "cdecl" || kind == "c" else { continue }
      let given = attribute.arguments?.trimmedDescription.filter { $0 != "\"" } ?? ""
      return given.isEmpty ? name : given
    }
    return nil
  }

  // MARK: Variables

  private func variable(_ node: VariableDeclSyntax, _ owner: TypeDeclaration?, _ context: TypeContext) {
    let isStatic = Self.isStatic(node.modifiers)
    // `let a, b: Int`: the type of the last one is that of those before it.
    var annotation: TypeSyntax?
    for binding in node.bindings.reversed() {
      if let written = binding.typeAnnotation?.type { annotation = written }
      guard let pattern = binding.pattern.as(IdentifierPatternSyntax.self) else { continue }
      let name = pattern.identifier.text
      let full = context.type.isEmpty ? "\(module).\(name)" : "\(module).\(context.type).\(name)"
      var accessors: (getter: Bool, setter: Bool) = (false, false)
      switch binding.accessorBlock?.accessors {
      case .getter: accessors.getter = true
      case .accessors(let list):
        for accessor in list {
          switch accessor.accessorSpecifier.text {
          case "get", "_read", "unsafeAddress": accessors.getter = true
          case "set", "_modify": accessors.setter = true
          default: break
          }
        }
      case nil: break
      }
      let isComputed = accessors.getter
      let property = PropertyDeclaration(
        name: name, symbol: symbols.intern(full),
        annotation: binding.typeAnnotation?.type ?? (binding.initializer == nil ? annotation : nil),
        initializer: binding.initializer?.value, context: context, isStatic: isStatic || owner == nil,
        isStored: !isComputed, isConstant: node.bindingSpecifier.text == "let",
        isLazy: node.modifiers.contains { $0.name.text == "lazy" },
        getter: isComputed ? symbols.intern(full + ".get") : nil,
        setter: accessors.setter ? symbols.intern(full + ".set") : nil,
        isOnMainActor: Self.globalActor(node.attributes) != nil, range: range(pattern))
      if let owner {
        if owner.properties[name] == nil || property.isStored { owner.properties[name] = property }
        if property.isStored, !isStatic { owner.storedNames.append(name) }
      } else {
        table.modules[module]!.globals[name] = property
      }
    }
  }

  private func range(_ node: some SyntaxProtocol) -> SourceRange {
    SourceRange(
      file: file, start: UInt32(node.positionAfterSkippingLeadingTrivia.utf8Offset),
      end: UInt32(node.endPositionBeforeTrailingTrivia.utf8Offset))
  }
}
