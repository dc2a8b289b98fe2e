import Flow

// Which functions of a package are worth lowering.
//
// In a package that is near C (it imports "C", or an analysed package that does, at any distance) all of them are. Elsewhere a rule can only have something
// to say about a function that handles a map or an address, makes a struct with a map in it, starts a goroutine, takes a lock or gives one back for its callers, or, in files that share loop variables, takes an address or a function; and about the functions of
// the package from which such a one is reached: they hold its locks and start its goroutines. The others have no effect that the analysis follows.

/// Finds the functions of a package that rules can have something to say about.
struct RelevantFunctions {
  private let declarations: Declarations
  private let package: Package
  private let index: Int32
  private let mapper: TypeMapper
  /// For each type: 0 not asked yet, 1 of no interest, 2 of interest.
  private var interest: [UInt8]
  private var relevant: Set<NodeKey> = []
  private var callers: [ObjectID: [NodeKey]] = [:]
  private let taking: Set<Name>
  private let givingBack: Set<Name>

  /// The declarations of the functions of interest, by file and node.
  static func find(in checked: TypedProgram.CheckedPackage, _ declarations: Declarations, _ mapper: TypeMapper)
    -> Set<NodeKey>
  {
    var search = RelevantFunctions(checked, declarations, mapper)
    for (number, entry) in checked.files.enumerated() { search.scan(entry.file, entry.info, Int32(number)) }
    search.close()
    return search.relevant
  }

  private init(_ checked: TypedProgram.CheckedPackage, _ declarations: Declarations, _ mapper: TypeMapper) {
    self.declarations = declarations
    self.mapper = mapper
    index = checked.index
    taking = Set(["Lock", "RLock", "lock"].map { declarations.names.intern($0) })
    givingBack = Set(["Unlock", "RUnlock", "unlock"].map { declarations.names.intern($0) })
    package = declarations.package(checked.index)
    interest = [UInt8](repeating: 0, count: declarations.types.count)
  }

  private mutating func isInteresting(_ type: TypeID) -> Bool {
    let number = Int(type.rawValue)
    if number < interest.count, interest[number] != 0 { return interest[number] == 2 }
    let kind = mapper.value(type).class
    let answer = kind == .map || kind == .cPointer || kind == .handle
    if number < interest.count { interest[number] = answer ? 2 : 1 }
    return answer
  }

  /// Whether a type is a struct with a map in it: whoever makes one makes the map, or does not.
  private mutating func holdsMap(_ type: TypeID) -> Bool {
    let structure = declarations.types[mapper.underlying(type)]
    guard structure.kind == .structure else { return false }
    let fields = declarations.types.words(structure.a)
    return stride(from: 1, to: fields.count, by: 4).contains { mapper.value(TypeID(fields[$0])).class == .map }
  }

  /// Whether a function returns an `any`, which can be the key of a map.
  private func returnsAnything(_ tree: SyntaxTree, _ function: NodeID, _ info: FileInfo) -> Bool {
    let results = Array(tree.functionType(tree.functionDeclaration(function).type).results)
    guard results.count == 1 else { return false }
    let type = declarations.types[mapper.underlying(info.type(tree.field(results[0]).type))]
    return type.kind == .interface && type.a == 0
  }

  private mutating func scan(_ file: PackageFile, _ info: FileInfo, _ number: Int32) {
    let tree = file.tree
    let functions = tree.declarations.filter { tree[$0].kind == .functionDeclaration }
    guard !functions.isEmpty else { return }
    for function in functions where returnsAnything(tree, function, info) {
      relevant.insert(NodeKey(file: number, node: function.rawValue))
    }
    let sharesLoopVariables = file.goVersion < 22
    func key(_ function: Int) -> NodeKey { NodeKey(file: number, node: functions[function].rawValue) }
    var locking = LockCalls()
    /// For each function whether it is of interest, and the last function that it mentions.
    var isRelevant = [Bool](repeating: false, count: functions.count)
    var lastMentioned = [ObjectID](repeating: .none, count: functions.count)
    var current = 0
    for (id, node) in tree.nodes.enumerated() where node.kind != .bad {
      // Nodes come nearly in the order of the source, so the function of one is near that of the one before.
      while current + 1 < functions.count, tree[functions[current + 1]].start <= node.start { current += 1 }
      while current > 0, tree[functions[current]].start > node.start { current -= 1 }
      let function = tree[functions[current]]
      guard node.start >= function.start, node.end <= function.end else { continue }
      if node.kind == .call {
        let (takes, givesBack) = (calls(taking, node, tree), calls(givingBack, node, tree))
        if takes || givesBack { locking.note(key(current), takes: takes, givesBack: givesBack) }
      }
      switch node.kind {
      case .goStatement: isRelevant[current] = true
      case .unary where sharesLoopVariables && node.token == .and: isRelevant[current] = true
      case .functionLiteral where sharesLoopVariables: isRelevant[current] = true
      case .functionType where sharesLoopVariables:
        // A parameter that is a function: whoever takes one may keep it.
        if tree.functionDeclaration(functions[current]).type != NodeID(Int32(id)) { isRelevant[current] = true }
      case .identifier:
        let object = info.object(NodeID(Int32(id)))
        if !object.isNone, object != lastMentioned[current] {
          let record = declarations.objects[object]
          if record.kind == .function, record.package == index, record.node != functions[current] {
            lastMentioned[current] = object
            callers[object, default: []].append(key(current))
          }
        }
        fallthrough
      case .selector, .call, .index, .mapType, .compositeLiteral, .star:
        let type = info.type(NodeID(Int32(id)))
        if type == .unknown { continue }
        if isInteresting(type) || node.kind == .compositeLiteral && holdsMap(type) { isRelevant[current] = true }
      default: break
      }
    }
    for function in functions.indices where isRelevant[function] { relevant.insert(key(function)) }
    relevant.formUnion(locking.ofCallers)
  }

  /// Whether a call has one of some names.
  private func calls(_ names: Set<Name>, _ call: Node, _ tree: SyntaxTree) -> Bool {
    let function = tree[NodeID(call.a)]
    return switch function.kind {
    case .selector: names.contains(tree.name(NodeID(function.b)))
    case .identifier: names.contains(tree.name(NodeID(call.a)))
    default: false
    }
  }

  /// The functions that take locks, and those that give them back.
  private struct LockCalls {
    private var taking: Set<NodeKey> = []
    private var givingBack: Set<NodeKey> = []

    mutating func note(_ key: NodeKey, takes: Bool, givesBack: Bool) {
      if takes { taking.insert(key) }
      if givesBack { givingBack.insert(key) }
    }

    /// Those that do only one of both: the other is done by somebody else.
    var ofCallers: Set<NodeKey> { taking.symmetricDifference(givingBack) }
  }

  /// Adds those that can reach a function of interest within the package.
  private mutating func close() {
    var open = Array(relevant)
    while let key = open.popLast() {
      guard let object = package.byNode[key] else { continue }
      for caller in callers[object] ?? [] where relevant.insert(caller).inserted { open.append(caller) }
    }
  }
}
