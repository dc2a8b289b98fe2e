/// Finds the map types of one checked file.
struct MapCollector {
  let checker: TypeChecker
  let info: FileInfo
  let tree: SyntaxTree
  let packageName: String

  init(_ package: TypedProgram.CheckedPackage, file: PackageFile, info: FileInfo) {
    checker = package.checker
    self.info = info
    tree = file.tree
    packageName = package.checker.names.string(package.checker.package.name)
  }

  func collect() -> [MapRow] {
    // Owners by position: declarations do not overlap, and come in the order of the source.
    var owners: [(start: UInt32, name: String)] = [(0, "")]
    for declaration in tree.declarations {
      switch tree[declaration].kind {
      case .functionDeclaration:
        owners.append(
          (tree[declaration].start, checker.names.string(tree.name(tree.functionDeclaration(declaration).name))))
      case .genericDeclaration:
        owners.append((tree[declaration].start, ""))
        for spec in tree.list(tree[declaration].a) where tree[spec].kind == .typeSpec {
          owners.append((tree[spec].start, checker.names.string(tree.name(tree.typeSpec(spec).name))))
        }
      default: break
      }
    }
    var rows: [MapRow] = []
    for number in 1..<Int32(tree.nodes.count) {
      let node = NodeID(number)
      guard let (form, type) = mapType(node) else { continue }
      let start = tree[node].start
      let owner = owners.last { $0.start <= start }?.name ?? ""
      rows.append(row(form, type, at: start, owner: owner))
    }
    return rows
  }

  private func mapType(_ node: NodeID) -> (MapRow.Form, TypeID?)? {
    let record = tree[node]
    switch record.kind {
    case .mapType:
      let type = info.type(node)
      return (.type, type == .unknown ? nil : type)
    case .selector:
      guard info.mode(node) == .type, isSynchronizedMap(info.type(node)) else { return nil }
      return (.syncMap, nil)
    case .identifier:
      guard isDefinition(node) else { return nil }
      let type = info.type(node)
      guard checker.types[type].kind == .named else { return nil }
      let underlying = checker.underlying(type)
      return checker.types[underlying].kind == .map ? (.inferred, underlying) : nil
    default: return nil
    }
  }

  /// Whether an identifier declares a variable, field, parameter or result.
  private func isDefinition(_ node: NodeID) -> Bool {
    switch info.mode(node) {
    case .field: return true
    case .declaration, .value:
      let declared = checker.objects[info.object(node)]
      return declared.kind == .variable
        && (info.mode(node) == .declaration || (declared.flags.contains(.isLocal) && declared.node == node))
    default: return false
    }
  }

  func isSynchronizedMap(_ type: TypeID) -> Bool {
    let record = checker.types[type]
    guard record.kind == .named else { return false }
    let object = checker.objects[ObjectID(record.a)]
    guard object.package >= 0 else { return false }
    return checker.declarations.package(object.package).path == "sync" && checker.names.string(object.name) == "Map"
  }

  func row(_ form: MapRow.Form, _ type: TypeID?, at offset: UInt32, owner: String) -> MapRow {
    let (line, column) = tree.position(offset)
    var row = MapRow(
      file: tree.path, line: line, column: column, package: packageName, form: form, owner: owner, key: "", value: "",
      keyHolds: [],
      valueHolds: [])
    if let type {
      let map = checker.types[type]
      row.key = checker.string(TypeID(map.a))
      row.value = checker.string(TypeID(map.b))
      row.keyHolds = checker.addresses(in: TypeID(map.a)).names
      row.valueHolds = checker.addresses(in: TypeID(map.b)).names
    }
    return row
  }
}
