import Findings
import Flow

/// A whole package to a unit.
extension PackageLowering {
  /// What was found out in one package.
  struct Result: Sendable {
    var unit: Unit
    /// Interface methods that are called, with the names of all methods of their interface.
    var interfaces: [Symbol: InterfaceImplementations.Call]
    /// Declared types with their methods.
    var types: [InterfaceImplementations.Candidate]
  }

  /// Lowers a checked package. Of one that is not near C only the functions that rules can have something to say about.
  static func run(
    _ checked: TypedProgram.CheckedPackage, declarations: Declarations, symbols: SymbolTable, analysed: Set<String>,
    isNearC: Bool, isTest: (Int32) -> Bool
  ) -> Result {
    let lowering = PackageLowering(
      declarations: declarations, packageIndex: checked.index, symbols: symbols, analysed: analysed)
    let mapper = TypeMapper(checked.checker, symbols: symbols)
    for (file, _) in checked.files { lowering.collectExports(file) }
    let relevant = isNearC ? nil : RelevantFunctions.find(in: checked, declarations, mapper)
    for (number, entry) in checked.files.enumerated() {
      let checker = TypeChecker(declarations, package: checked.index, file: Int32(number), info: nil)
      let file = FileLowering(
        lowering, checker: checker, info: entry.info, mapper: mapper, isTest: isTest(entry.file.number))
      file.run(only: relevant)
      lowering.unit.functions += file.functions
      lowering.collectDeclarations(entry.file, entry.info, mapper)
      lowering.collectSites(entry.file, entry.info, mapper)
    }
    lowering.unit.mapTypes = mapper.mapTypes
    return Result(
      unit: lowering.unit,
      interfaces: lowering.interfaceCalls.mapValues {
        InterfaceImplementations.Call(
          method: declarations.names.string($0.method),
          methods: Set(checked.checker.interfaceMethods($0.interface).map { declarations.names.string($0.name) }),
          isOwn: lowering.isOwnInterface($0.interface))
      },
      types: InterfaceImplementations.candidates(in: checked, lowering))
  }

  private func isOwnInterface(_ type: TypeID) -> Bool {
    let record = declarations.types[declarations.types.unaliased(type)]
    guard record.kind == .named else { return false }
    return isAnalysed(declarations.objects[ObjectID(record.a)].package)
  }

  /// `//export name` above a function makes it callable from C.
  private func collectExports(_ file: PackageFile) {
    let tree = file.tree
    for comment in tree.comments {
      let bytes = tree.source.bytes
      let start = Int(comment.start)
      guard comment.end - comment.start > 9, bytes[start + 2] == 0x65 else { continue }
      let text = tree.source.text(comment.start, comment.end)
      guard text.hasPrefix("//export ") else { continue }
      let words = text.dropFirst(9).split { $0 == " " || $0 == "\t" || $0 == "\r" }
      guard let name = words.first.map(String.init) else { continue }
      // The function that follows; the name in C can be another than in Go.
      for declaration in tree.declarations {
        guard tree[declaration].kind == .functionDeclaration, tree[declaration].start >= comment.end else { continue }
        let object = declarations.package(packageIndex).byNode[
          NodeKey(file: fileIndex(file), node: declaration.rawValue)]
        if let object { exports[name] = symbol(object) }
        break
      }
    }
  }

  private func fileIndex(_ file: PackageFile) -> Int32 {
    Int32(declarations.package(packageIndex).files.firstIndex { $0 === file } ?? 0)
  }

  // MARK: Declarations

  private static let lockNames: Set<String> = ["sync.Mutex", "sync.RWMutex"]

  private func collectDeclarations(_ file: PackageFile, _ info: FileInfo, _ mapper: TypeMapper) {
    let tree = file.tree
    for declaration in tree.declarations where tree[declaration].kind == .genericDeclaration {
      for spec in tree.list(tree[declaration].a) {
        switch tree[spec].kind {
        case .valueSpec where tree[declaration].token == .varKeyword: collectGlobals(spec, file, info, mapper)
        case .typeSpec: collectFields(spec, file, info, mapper)
        default: break
        }
      }
    }
  }

  private func matters(_ type: ValueType, _ id: TypeID, _ mapper: TypeMapper) -> Bool {
    if type.class == .map || type.holdsCPointer || type.class == .handle || type.class == .integerAddress {
      return true
    }
    guard type.class == .aggregate || type.class == .managedPointer else { return false }
    let base = declarations.types[declarations.types.unaliased(id)]
    let target = base.kind == .pointer ? TypeID(base.a) : id
    return mapper.standard(target).map(Self.lockNames.contains) ?? false
  }

  private func collectGlobals(_ spec: NodeID, _ file: PackageFile, _ info: FileInfo, _ mapper: TypeMapper) {
    let tree = file.tree
    let parts = tree.valueSpec(spec)
    for name in parts.names {
      let object = info.object(name)
      guard !object.isNone, tree.name(name) != declarations.universe.blank else { continue }
      let type = mapper.value(info.type(name))
      guard matters(type, info.type(name), mapper) else { continue }
      let node = tree[name]
      unit.declarations.append(
        Unit.Declaration(
          symbol: symbol(object), displayName: symbols.intern(declarations.names.string(tree.name(name))), type: type,
          range: SourceRange(file: file.number, start: node.start, end: node.end), isField: false,
          isInitialized: !parts.values.isEmpty))
    }
  }

  private func collectFields(_ spec: NodeID, _ file: PackageFile, _ info: FileInfo, _ mapper: TypeMapper) {
    let tree = file.tree
    let parts = tree.typeSpec(spec)
    guard tree[parts.type].kind == .structType else { return }
    let owner = info.object(parts.name)
    let ownerName = declarations.names.string(tree.name(parts.name))
    for field in tree.list(tree[parts.type].a) {
      let fieldParts = tree.field(field)
      let id = info.type(fieldParts.type)
      let type = mapper.value(id)
      guard matters(type, id, mapper) else { continue }
      for name in fieldParts.names {
        let node = tree[name]
        let text = declarations.names.string(tree.name(name))
        unit.declarations.append(
          Unit.Declaration(
            symbol: self.field(owner, tree.name(name)), displayName: symbols.intern("\(ownerName).\(text)"), type: type,
            range: SourceRange(file: file.number, start: node.start, end: node.end), isField: true,
            isInitialized: false))
      }
    }
  }

  /// The map types that are written in a file, with the declaration that each stands in.
  private func collectSites(_ file: PackageFile, _ info: FileInfo, _ mapper: TypeMapper) {
    let tree = file.tree
    var declaration = 0
    let order = tree.declarations.sorted { tree[$0].start < tree[$1].start }
    for (number, node) in tree.nodes.enumerated() where node.kind == .mapType {
      let type = mapper.value(info.type(NodeID(Int32(number))))
      guard type.class == .map else { continue }
      while declaration + 1 < order.count, tree[order[declaration + 1]].start <= node.start { declaration += 1 }
      while declaration > 0, tree[order[declaration]].start > node.start { declaration -= 1 }
      unit.mapSites.append(
        Unit.MapSite(
          range: SourceRange(file: file.number, start: node.start, end: node.end), mapType: type.mapType,
          owner: order.isEmpty ? .empty : owner(of: order[declaration], at: node.start, tree, info)))
    }
  }

  private func owner(of declaration: NodeID, at offset: UInt32, _ tree: SyntaxTree, _ info: FileInfo) -> Symbol {
    let record = tree[declaration]
    if record.kind == .functionDeclaration {
      let object = info.object(tree.functionDeclaration(declaration).name)
      return object.isNone ? .empty : symbols.intern(displayName(object))
    }
    guard record.kind == .genericDeclaration else { return .empty }
    for spec in tree.list(record.a) where tree[spec].start <= offset && offset < tree[spec].end {
      switch tree[spec].kind {
      case .typeSpec: return symbols.intern(declarations.names.string(tree.name(tree.typeSpec(spec).name)))
      case .valueSpec:
        guard let name = tree.valueSpec(spec).names.first else { return .empty }
        return symbols.intern(declarations.names.string(tree.name(name)))
      default: break
      }
    }
    return .empty
  }
}
