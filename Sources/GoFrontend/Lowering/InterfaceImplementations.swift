import Flow

// Which bodies a call of an interface method can mean.
//
// Known only for interfaces that are declared in the analysed packages: one of a library can be implemented anywhere. A type implements an interface
// here when it has methods of all its names; that may be one too many where a signature differs, which costs precision, never soundness.

/// Finds the implementations of interface methods among the analysed packages.
enum InterfaceImplementations {
  /// A method of an interface that is called.
  struct Call: Sendable {
    var method: String
    /// All methods of the interface.
    var methods: Set<String>
    /// Whether the interface is declared in an analysed package.
    var isOwn: Bool
  }

  /// A declared type with the bodies of its methods, promoted ones included.
  struct Candidate: Sendable {
    var methods: [String: Symbol]
  }

  /// With more bodies than this, a call is as good as unknown.
  private static let maximumBodies = 8

  /// The declared types of a package that have methods.
  static func candidates(in checked: TypedProgram.CheckedPackage, _ lowering: PackageLowering) -> [Candidate] {
    let declarations = lowering.declarations
    let package = declarations.package(checked.index)
    var result: [Candidate] = []
    for object in package.scope.objects {
      let record = declarations.objects[object]
      guard record.kind == .type, !record.flags.contains(.isAlias) else { continue }
      var methods: [String: Symbol] = [:]
      var open = [(object: object, depth: 0)]
      while let next = open.popLast() {
        let owner = declarations.objects[next.object]
        guard owner.package >= 0, !owner.flags.contains(.isLocal) else { continue }
        for (name, method) in declarations.package(owner.package).methods[next.object] ?? [:] {
          let text = declarations.names.string(name)
          if methods[text] == nil { methods[text] = lowering.symbol(method) }
        }
        if next.depth < 3 {
          for embedded in embedded(in: next.object, checked.checker) { open.insert((embedded, next.depth + 1), at: 0) }
        }
      }
      if !methods.isEmpty { result.append(Candidate(methods: methods)) }
    }
    return result
  }

  private static func embedded(in object: ObjectID, _ checker: TypeChecker) -> [ObjectID] {
    let base = checker.types[checker.underlying(checker.type(of: object))]
    guard base.kind == .structure else { return [] }
    let fields = checker.types.words(base.a)
    var found: [ObjectID] = []
    for index in stride(from: 0, to: fields.count, by: 4) where fields[index + 2] == 1 {
      let type = checker.types[checker.types.unaliased(checker.pointerBase(TypeID(fields[index + 1])))]
      if type.kind == .named { found.append(ObjectID(type.a)) }
    }
    return found
  }

  /// The bodies of each called method, where all are known.
  ///
  /// Ordered by name: numbers of symbols change from run to run.
  static func resolve(
    _ calls: [Symbol: Call], _ candidates: [Candidate], _ symbols: SymbolTable
  ) -> [Symbol: [Symbol]] {
    var byMethod: [String: [Int]] = [:]
    for (number, candidate) in candidates.enumerated() {
      for name in candidate.methods.keys { byMethod[name, default: []].append(number) }
    }
    var result: [Symbol: [Symbol]] = [:]
    for (symbol, call) in calls where call.isOwn {
      var bodies: Set<Symbol> = []
      for number in byMethod[call.method] ?? [] {
        let candidate = candidates[number]
        if call.methods.allSatisfy({ candidate.methods[$0] != nil }), let body = candidate.methods[call.method] {
          bodies.insert(body)
        }
      }
      if !bodies.isEmpty, bodies.count <= maximumBodies {
        result[symbol] = bodies.sorted { symbols.name($0) < symbols.name($1) }
      }
    }
    return result
  }
}
