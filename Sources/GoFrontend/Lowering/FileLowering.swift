import Findings
import Flow

// One Go file to the intermediate form.
//
// The tree is walked once after it was type-checked. Expressions are flattened in the order in which Go evaluates them; each value is a
// variable. Conditions become control flow: `a && b` branches twice, so that what `a` says is known where `b` is asked. A place in memory is a
// path of a root and declared fields; embedded fields that the source leaves out are put in.
//
// What the type checker could not resolve is lowered all the same, with unknown types: calls and uses in it still count.

/// What the files of a package share while they are lowered.
final class PackageLowering {
  let declarations: Declarations
  let symbols: SymbolTable
  let packageIndex: Int32
  let path: String
  /// The paths of the packages whose functions are analysed.
  private let analysed: Set<String>
  private var isAnalysed: [Int32: Bool] = [:]
  /// Functions that C calls, by the name that it uses.
  var exports: [String: Symbol] = [:]
  var unit: Unit
  /// Interface methods that are called: the interface and the method.
  var interfaceCalls: [Symbol: (interface: TypeID, method: Name)] = [:]
  private var objectSymbols: [ObjectID: Symbol] = [:]
  private var fieldSymbols: [FieldKey: Symbol] = [:]
  private var nameSymbols: [Name: Symbol] = [:]
  let element: Symbol

  struct FieldKey: Hashable {
    var owner: ObjectID
    var name: Name
  }

  init(declarations: Declarations, packageIndex: Int32, symbols: SymbolTable, analysed: Set<String>) {
    self.declarations = declarations
    self.symbols = symbols
    self.packageIndex = packageIndex
    self.analysed = analysed
    path = declarations.package(packageIndex).path
    unit = Unit(name: symbols.intern(path))
    element = symbols.intern("element")
  }

  /// Whether the functions of a package (by its index in `Declarations`) are analysed.
  func isAnalysed(_ index: Int32) -> Bool {
    if let known = isAnalysed[index] { return known }
    let answer = index >= 0 && analysed.contains(declarations.package(index).path)
    isAnalysed[index] = answer
    return answer
  }

  /// The symbol of a plain name.
  func symbol(ofName name: Name) -> Symbol {
    if let known = nameSymbols[name] { return known }
    let symbol = symbols.intern(declarations.names.string(name))
    nameSymbols[name] = symbol
    return symbol
  }

  /// The full name of a package-level object or method.
  func symbol(_ object: ObjectID) -> Symbol {
    if let known = objectSymbols[object] { return known }
    let symbol = symbols.intern(fullName(object))
    objectSymbols[object] = symbol
    return symbol
  }

  func fullName(_ object: ObjectID) -> String {
    let record = declarations.objects[object]
    let name = displayName(object)
    return record.package < 0 ? name : "\(declarations.package(record.package).path).\(name)"
  }

  /// The name within its package: `Open`, `(*Store).Close`, `Handle.Free`.
  func displayName(_ object: ObjectID) -> String {
    let record = declarations.objects[object]
    let name = declarations.names.string(record.name)
    guard record.flags.contains(.isMethod) else { return name }
    let owner = ObjectID(record.value)
    let type = owner.isNone ? "?" : declarations.names.string(declarations.objects[owner].name)
    return record.flags.contains(.hasPointerReceiver) ? "(*\(type)).\(name)" : "\(type).\(name)"
  }

  /// The full name of a field: `path.Type.field`; of a struct without a name just the field's.
  func field(_ owner: ObjectID, _ name: Name) -> Symbol {
    let key = FieldKey(owner: owner, name: name)
    if let known = fieldSymbols[key] { return known }
    let text = declarations.names.string(name)
    let symbol = symbols.intern(owner.isNone ? "struct.\(text)" : "\(fullName(owner)).\(text)")
    fieldSymbols[key] = symbol
    return symbol
  }
}

/// Lowers one file.
final class FileLowering {
  let package: PackageLowering
  let checker: TypeChecker
  let info: FileInfo
  let mapper: TypeMapper
  let tree: SyntaxTree
  let file: Int32
  let isTest: Bool
  var scope: FunctionScope
  /// Functions that are complete.
  var functions: [Flow.Function] = []

  /// How deep statements and expressions are followed.
  static let maximumDepth = 2000

  init(_ package: PackageLowering, checker: TypeChecker, info: FileInfo, mapper: TypeMapper, isTest: Bool) {
    self.package = package
    self.checker = checker
    self.info = info
    self.mapper = mapper
    tree = checker.tree
    file = checker.file.number
    self.isTest = isTest
    scope = FunctionScope(
      Flow.Function(symbol: .empty, displayName: .empty, range: .none, language: .go), parent: nil)
  }

  var symbols: SymbolTable { package.symbols }

  func range(_ node: NodeID) -> SourceRange {
    let record = tree[node]
    return SourceRange(file: file, start: record.start, end: record.end)
  }

  func type(_ node: NodeID) -> ValueType { mapper.value(checker.defaultType(info.type(node))) }

  /// Lowers the functions and initial values of the file; of the functions only those in `relevant`, where it is given.
  func run(only relevant: Set<NodeKey>? = nil) {
    var initializers: [NodeID] = []
    for declaration in tree.declarations {
      switch tree[declaration].kind {
      case .functionDeclaration:
        if relevant?.contains(NodeKey(file: checker.fileIndex, node: declaration.rawValue)) ?? true {
          lowerFunction(declaration)
        }
      case .genericDeclaration where tree[declaration].token == .varKeyword:
        initializers += tree.list(tree[declaration].a).filter {
          tree[$0].kind == .valueSpec && !tree.valueSpec($0).values.isEmpty
        }
      default: break
      }
    }
    if !initializers.isEmpty { lowerInitializers(initializers) }
  }

  // MARK: Functions

  private func lowerFunction(_ declaration: NodeID) {
    let parts = tree.functionDeclaration(declaration)
    guard !parts.body.isNone else { return }
    let object = info.object(parts.name)
    var name = object.isNone ? checker.names.string(tree.name(parts.name)) : package.displayName(object)
    var symbol = object.isNone ? symbols.intern("\(package.path).\(name)") : package.symbol(object)
    let isInitializer = name == "init" && parts.receiver.isEmpty
    if isInitializer || name == "_" {
      // There may be several.
      symbol = symbols.intern("\(package.path).\(name).\(checker.fileIndex).\(tree[declaration].start)")
    }
    if name.isEmpty { name = "_" }
    var function = Flow.Function(
      symbol: symbol, displayName: symbols.intern(name), range: range(declaration), language: .go)
    function.isTest = isTest
    function.isInitializer = isInitializer
    function.isExportedToC = parts.receiver.isEmpty && package.exports.values.contains(symbol)
    lowerBody(function, receiver: parts.receiver, type: parts.type, body: parts.body, parent: nil)
  }

  /// Lowers a body, and adds the function to the finished ones.
  func lowerBody(
    _ function: Flow.Function, receiver: NodeList?, type: NodeID, body: NodeID, parent: FunctionScope?
  ) {
    let outer = scope
    scope = FunctionScope(function, parent: parent)
    scope.depth = outer.depth
    defer { scope = outer }
    let signature = tree.functionType(type)
    if let receiver { for field in receiver { declareParameters(field) } }
    for field in signature.parameters { declareParameters(field) }
    for field in signature.results { declareResults(field) }
    statements(tree.list(tree[body].a))
    finish(at: body)
  }

  /// Ends the last block and files the function.
  func finish(at body: NodeID) {
    let record = tree[body]
    let end = SourceRange(file: file, start: record.end > record.start ? record.end - 1 : record.start, end: record.end)
    scope.end(.return(scope.function.namedResults), end)
    functions.append(FunctionPruning.withoutUnreachableBlocks(scope.function))
  }

  private func declareParameters(_ field: NodeID) {
    let parts = tree.field(field)
    let fieldType = mapper.value(info.type(parts.type))
    if parts.names.isEmpty {
      scope.function.parameters.append(scope.add(Variable(type: fieldType, range: range(parts.type))))
      return
    }
    for name in parts.names {
      let object = info.object(name)
      let variable = scope.declare(
        tree.name(name) == checker.universe.blank ? .none : object,
        Variable(name: nameSymbol(name), type: fieldType, range: range(name)))
      scope.function.parameters.append(variable)
    }
  }

  private func declareResults(_ field: NodeID) {
    let parts = tree.field(field)
    let fieldType = mapper.value(info.type(parts.type))
    for _ in 0..<max(1, parts.names.count) { scope.function.resultTypes.append(fieldType) }
    for name in parts.names {
      let variable = scope.declare(
        tree.name(name) == checker.universe.blank ? .none : info.object(name),
        Variable(name: nameSymbol(name), type: fieldType, range: range(name)))
      scope.function.namedResults.append(variable)
      scope.emit(.constant(into: variable, Self.zero(fieldType)), range(name))
    }
  }

  func nameSymbol(_ identifier: NodeID) -> Symbol { package.symbol(ofName: tree.name(identifier)) }

  /// What a variable of a type holds before it is given a value.
  static func zero(_ type: ValueType) -> Constant {
    switch type.class {
    case .cPointer, .managedPointer, .map, .interface, .function, .channel: .nil
    case .plain, .integerAddress, .handle: .zero
    default: .other
    }
  }

  /// The initial values of package variables, as a function of their own.
  private func lowerInitializers(_ specs: [NodeID]) {
    var function = Flow.Function(
      symbol: symbols.intern("\(package.path).init.variables.\(checker.fileIndex)"),
      displayName: symbols.intern("package variables"),
      range: range(specs[0]), language: .go)
    function.isInitializer = true
    function.isTest = isTest
    scope = FunctionScope(function, parent: nil)
    for spec in specs {
      scope.statement = range(spec)
      let parts = tree.valueSpec(spec)
      let targets = Array(parts.names)
      assign(targets, from: Array(parts.values), defines: false)
    }
    finish(at: specs[specs.count - 1])
  }

  /// Lowers a function literal; gives its symbol.
  func lowerLiteral(_ node: NodeID) -> Symbol {
    var function = closureFunction(node)
    function.isTest = isTest
    lowerBody(function, receiver: nil, type: NodeID(tree[node].a), body: NodeID(tree[node].b), parent: scope)
    return function.symbol
  }

  func closureFunction(_ node: NodeID) -> Flow.Function {
    scope.closureCount += 1
    let suffix = ".func\(scope.closureCount)"
    var function = Flow.Function(
      symbol: symbols.intern(symbols.name(scope.function.symbol) + suffix),
      displayName: symbols.intern(symbols.name(scope.function.displayName) + suffix), range: range(node), language: .go)
    function.parent = scope.function.symbol
    function.isTest = isTest
    function.isInitializer = false
    return function
  }
}
