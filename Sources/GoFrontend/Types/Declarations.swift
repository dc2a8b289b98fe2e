// The packages of a check and what they declare.
//
// Declarations are resolved when somebody asks for them: the type of a package-level object is found on first use, and a package that is only imported is parsed on
// first use. That keeps the cost of a large dependency at what is really looked at. Resolution happens under one recursive lock; what is resolved is read without
// it. Function bodies are checked afterwards, in parallel, by `BodyChecker`s.

final class Declarations: @unchecked Sendable {
  // Unchecked: mutable state is touched under `lock`; what is read without it is published through the atomic types of objects.
  let names: NameTable
  let types = TypeTable()
  let objects = ObjectTable()
  let lock = RecursiveLock()
  let universe: Universe
  /// What C names mean, where the C frontend knows it.
  let foreign: any ForeignTypes
  /// Set once, right after `init`; the source owns this object.
  weak var source: (any PackageSource)?
  private let packageList = ChunkedArray<Unmanaged<Package>>()
  /// Indices of packages by their number in the graph, and of built-in ones by their path.
  private var packageNumbers: [Int: Int32] = [:]
  private var builtInNumbers: [String: Int32] = [:]
  /// How deep declarations refer to one another right now.
  var depth = 0
  var typeParameterLists: [ObjectID: [TypeID]] = [:]
  var inProgress: Set<TypeID> = []
  var localConstants: [ObjectID: Int64] = [:]
  private let constantLock = RecursiveLock()
  private var constants: [ObjectID: Int64?] = [:]

  init(names: NameTable, foreign: any ForeignTypes = NoForeignTypes()) {
    self.names = names
    self.foreign = foreign
    universe = Universe(names: names, types: types, objects: objects)
  }

  deinit {
    for index in 0..<packageList.count { packageList[index].release() }
  }

  // MARK: Constants

  /// What `setConstant` has noted of a package-level constant: its value, or that it has none that fits.
  func constant(_ object: ObjectID) -> Int64?? { constantLock.locked { constants[object] } }
  func setConstant(_ object: ObjectID, _ value: Int64?) { constantLock.locked { constants[object] = .some(value) } }

  // MARK: Packages

  func package(_ index: Int32) -> Package {
    // Unsafe: the table owns one reference to each package until it ends.
    packageList[Int(index)].takeUnretainedValue()
  }

  /// Adds a package and declares its objects; gives its index.
  @discardableResult
  func add(path: String, files: [PackageFile], number: Int) -> Int32 {
    let trees = files.lazy.map(\.tree)
    let name = trees.first { !$0.packageName.isNone }.map { $0.name($0.packageName) } ?? universe.blank
    let package = Package(path: path, name: name, files: files, number: number)
    return lock.locked {
      let index = Int32(packageList.append(Unmanaged.passRetained(package)))
      if number >= 0 { packageNumbers[number] = index }
      for (number, file) in files.enumerated() { declare(file, number: Int32(number), in: package, index) }
      collectMethods(package, index)
      return index
    }
  }

  /// The index of a package of the graph, which is parsed and declared when it is met first.
  func index(ofPackage number: Int) -> Int32 {
    lock.locked {
      if let known = packageNumbers[number] { return known }
      guard let contents = source?.contents(ofPackage: number) else { return -1 }
      return add(path: contents.path, files: contents.files, number: number)
    }
  }

  /// Whether a package of the graph was met already.
  func isKnown(package number: Int) -> Bool { lock.locked { packageNumbers[number] != nil } }

  /// The package that an import path means, -1 when it cannot be found.
  func importedPackage(_ importPath: String, from package: Package) -> Int32 {
    lock.locked {
      if package.number >= 0, let target = source?.target(ofImport: importPath, in: package.number) {
        return index(ofPackage: target)
      }
      if let known = builtInNumbers[importPath] { return known }
      var index: Int32 = -1
      if let text = StandardLibrary.sources[importPath] {
        let syntax = FileSyntax(source: SourceBytes(text.utf8), path: "\(importPath).go", names: names, users: 0)
        let file = PackageFile(syntax, goVersion: BuildContext.newestGoVersion, number: -1)
        index = add(path: importPath, files: [file], number: -1)
      }
      builtInNumbers[importPath] = index
      return index
    }
  }

  // MARK: Declaring

  private func declare(_ file: PackageFile, number: Int32, in package: Package, _ index: Int32) {
    let tree = file.tree
    for declaration in tree.declarations {
      let node = tree[declaration]
      if node.kind == .functionDeclaration {
        let function = tree.functionDeclaration(declaration)
        let name = tree.name(function.name)
        if function.receiver.isEmpty && name != universe.initName && name != universe.blank {
          declare(.function, name, declaration, 0, 0, file: number, package, index)
        }
        continue
      }
      guard node.kind == .genericDeclaration else { continue }
      // A constant without values repeats the last spec that has some.
      var lastWithValues = NodeID.none
      for spec in tree.list(node.a) {
        switch tree[spec].kind {
        case .importSpec: declareImport(spec, file, package, index)
        case .typeSpec:
          let flags: Object.Flags = tree[spec].flags.contains(.isAlias) ? .isAlias : []
          declare(.type, tree.name(tree.typeSpec(spec).name), spec, 0, 0, file: number, package, index, flags: flags)
        case .valueSpec:
          let value = tree.valueSpec(spec)
          if !value.values.isEmpty || !value.type.isNone { lastWithValues = spec }
          let kind: ObjectKind = node.token == .constKeyword ? .constant : .variable
          for (position, name) in value.names.enumerated() {
            declare(kind, tree.name(name), spec, Int32(position), lastWithValues.rawValue, file: number, package, index)
          }
        default: break
        }
      }
    }
  }

  private func declare(
    _ kind: ObjectKind, _ name: Name, _ node: NodeID, _ value: Int32, _ extra: Int32, file: Int32, _ package: Package,
    _ index: Int32,
    flags: Object.Flags = []
  ) {
    let object = objects.add(
      Object(kind: kind, flags: flags, name: name, package: index, file: file, node: node, value: value, extra: extra))
    package.objects.append(object)
    let key = NodeKey(file: file, node: node.rawValue)
    if package.byNode[key] == nil { package.byNode[key] = object }
    if name != universe.blank && package.scope[name] == nil { package.scope[name] = object }
  }

  private func declareImport(_ spec: NodeID, _ file: PackageFile, _ package: Package, _ index: Int32) {
    let tree = file.tree
    let literal = NodeID(tree[spec].b)
    guard tree[literal].kind == .basicLiteral else { return }
    let path = GoString.value(of: tree.text(literal))
    let nameNode = NodeID(tree[spec].a)
    func add(_ name: Name, flags: Object.Flags, value: Int32, extra: Int32) {
      file.imports[name] = objects.add(
        Object(
          kind: .package, flags: flags, name: name, package: index, file: 0, node: spec, value: value, extra: extra))
    }
    if path == "C" { return add(names.intern("C"), flags: [], value: Self.cPackage, extra: 0) }
    if path == "unsafe" && (nameNode.isNone || tree.name(nameNode).rawValue != 0) {
      return add(
        nameNode.isNone ? names.intern("unsafe") : tree.name(nameNode), flags: [], value: Self.unsafePackage, extra: 0)
    }
    if nameNode.isNone {
      // The package itself is looked up when a name of it is asked for.
      return add(names.intern(ImportPath.packageName(path)), flags: [], value: -3, extra: names.intern(path).rawValue)
    }
    let name = tree.name(nameNode)
    if name == universe.blank { return }
    if name.rawValue == 0 {
      let imported = importedPackage(path, from: package)
      if imported >= 0 { file.dotImports.append(imported) }
      return
    }
    add(name, flags: .isAlias, value: -3, extra: names.intern(path).rawValue)
  }

  /// Stands for the index of the package "C".
  static let cPackage: Int32 = -2
  /// Stands for the index of the package "unsafe".
  static let unsafePackage: Int32 = -4

  /// The package that an import of a file means: an index, -1 when it was not found, or one of the two special values.
  func package(ofImport object: ObjectID, in package: Package) -> Int32 {
    let record = objects[object]
    if record.value != -3 { return record.value }
    // The slot for the type of a package object holds its index, moved by one.
    if let known = objects.type(object) { return known.rawValue - 1 }
    let index = importedPackage(names.string(Name(record.extra)), from: package)
    objects.setType(object, TypeID(index + 1))
    return index
  }

  private func collectMethods(_ package: Package, _ index: Int32) {
    for (number, file) in package.files.enumerated() {
      let tree = file.tree
      for declaration in tree.declarations where tree[declaration].kind == .functionDeclaration {
        let function = tree.functionDeclaration(declaration)
        guard let receiver = function.receiver.first else { continue }
        var type = tree.field(receiver).type
        var flags: Object.Flags = .isMethod
        while tree[type].kind == .parenthesized || tree[type].kind == .star {
          if tree[type].kind == .star { flags.insert(.hasPointerReceiver) }
          type = NodeID(tree[type].a)
        }
        if tree[type].kind == .index { type = NodeID(tree[type].a) }
        let owner = tree[type].kind == .identifier ? package.scope[tree.name(type)] ?? .none : .none
        let name = tree.name(function.name)
        let method = objects.add(
          Object(
            kind: .function, flags: flags, name: name, package: index, file: Int32(number), node: declaration,
            value: owner.rawValue,
            extra: 0))
        package.objects.append(method)
        package.byNode[NodeKey(file: Int32(number), node: declaration.rawValue)] = method
        if !owner.isNone && name != universe.blank && package.methods[owner]?[name] == nil {
          package.methods[owner, default: [:]][name] = method
        }
      }
    }
  }

  // MARK: Looking up

  /// What a name means at package level in a file.
  func lookup(_ name: Name, file: PackageFile, package: Package) -> ObjectID {
    if let object = package.scope[name] { return object }
    if let object = file.imports[name] { return object }
    for index in file.dotImports {
      if let object = self.package(index).scope[name] { return object }
    }
    if let object = universe.scope[name] { return object }
    return lateImport(name, file: file, package: package)
  }

  /// An import whose path does not tell the name of its package.
  private func lateImport(_ name: Name, file: PackageFile, package: Package) -> ObjectID {
    for object in file.imports.objects where objects[object].value == -3 && !objects[object].flags.contains(.isAlias) {
      let index = self.package(ofImport: object, in: package)
      if index >= 0 && self.package(index).name == name { return object }
    }
    return .none
  }
}
