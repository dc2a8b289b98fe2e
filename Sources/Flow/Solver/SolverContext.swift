/// What the solver of a function reads: the program, and the results of the functions below it. Immutable; shared by threads.
struct SolverContext: Sendable {
  let program: Program
  private let results: SolvedFunctions
  /// Notes what is asked, where that matters.
  private var trace: SolverTrace?
  /// Results of the functions of one cycle, which go before `results`.
  private var first: [FunctionID: FunctionResult] = [:]
  private let later: Set<Symbol>
  private let unlocking: [Symbol: LockMode]
  private let errors: Set<Symbol>
  private let standard: [Symbol: ForeignFunction]

  init(_ program: Program, results: SolvedFunctions, names: LibraryNames) {
    self.program = program
    self.results = results
    later = names.later
    errors = names.errors
    unlocking = names.unlocking
    standard = names.standard
  }

  /// The result of a function; nil where it has none, or none that matters to callers.
  func result(of function: FunctionID) -> FunctionResult? {
    if !first.isEmpty, let result = first[function] { return result.traits.contains(.isTrivial) ? nil : result }
    trace?.results.insert(function)
    guard let entry = results.entry(function), !entry.traits.contains(.isTrivial) else { return nil }
    return entry.result
  }

  /// What callers can see of a function, as a digest; 0 without a result.
  func digest(of function: FunctionID) -> UInt64 { results.digest(function) }

  /// The function of a full name, if it has a body here.
  func function(named name: Symbol) -> FunctionID? {
    trace?.functions.insert(name)
    return program.function(named: name)
  }

  /// The bodies that an interface method can mean for a unit; empty where they are not known.
  func bodies(ofMethod name: Symbol, unit: Int) -> [Symbol] {
    trace?.methods.insert(name)
    return program.units[unit].implementations[name] ?? []
  }

  /// The same, which notes in a trace what is asked.
  func tracing(_ trace: SolverTrace?) -> SolverContext {
    var copy = self
    copy.trace = trace
    return copy
  }

  /// The same with results of functions of one cycle. Complexity: O(their number).
  func with(_ results: [FunctionResult], of functions: [FunctionID]) -> SolverContext {
    var copy = self
    copy.first = Dictionary(uniqueKeysWithValues: zip(functions, results))
    return copy
  }

  func type(ofFieldOrGlobal symbol: Symbol) -> ValueType {
    trace?.types.insert(symbol)
    return program.declaration(symbol)?.type ?? .unknown
  }

  /// What is known of a C function; the allocation functions of C and cgo are known even without a model.
  func foreign(_ name: Symbol, unit: Int) -> ForeignFunction? {
    program.foreignFunction(name, unit: unit) ?? standard[name]
  }

  /// Whether a library function keeps a function for later: finalizers, timers.
  func callsLater(_ name: Symbol) -> Bool { later.contains(name) }

  /// Whether a library function gives a lock back, and of which mode.
  func unlocks(_ name: Symbol) -> LockMode? { unlocking[name] }

  /// Whether a library function always gives an error.
  func givesError(_ name: Symbol) -> Bool { errors.contains(name) }

  /// The variables that closures or addresses reach, so that they live to the end.
  func capturedVariables(of function: Function, unit: Int) -> Set<VariableID> {
    var result: Set<VariableID> = []
    for block in function.blocks {
      for instruction in block.instructions {
        switch instruction.operation {
        case .fresh(_, .function(let name)):
          if let id = self.function(named: name) {
            if program.unitIndex(of: id) != unit { trace?.bodies.insert(id) }
            let closure = program.function(id)
            if closure.parent == function.symbol { result.formUnion(closure.captures.map(\.outer)) }
          }
        case .address(_, let path):
          if case .variable(let variable) = function.paths[Int(path.rawValue)].root { result.insert(variable) }
        default: break
        }
      }
    }
    return result
  }
}

/// The few functions of libraries whose meaning decides, as symbols of one check.
struct LibraryNames: Sendable {
  let later: Set<Symbol>
  let errors: Set<Symbol>
  let unlocking: [Symbol: LockMode]
  let standard: [Symbol: ForeignFunction]

  init(_ symbols: SymbolTable) {
    later = Set(
      ["runtime.SetFinalizer", "runtime.AddCleanup", "time.AfterFunc", "context.AfterFunc", "os/signal.Notify"].map(
        symbols.intern))
    errors = Set(["errors.New", "fmt.Errorf"].map(symbols.intern))
    unlocking = [
      symbols.intern("sync.(*Mutex).Unlock"): .exclusive, symbols.intern("sync.(*RWMutex).Unlock"): .exclusive,
      symbols.intern("sync.(*RWMutex).RUnlock"): .shared, symbols.intern("sync.Locker.Unlock"): .exclusive,
    ]
    var standard: [Symbol: ForeignFunction] = [:]
    for name in ["malloc", "calloc", "strdup", "CString", "CBytes"] {
      standard[symbols.intern(name)] = ForeignFunction(
        name: name, confidence: .model, parameters: [], result: .allocates(release: "free"))
    }
    standard[symbols.intern("free")] = ForeignFunction(name: "free", confidence: .model, parameters: [.frees])
    self.standard = standard
  }
}
