// Addresses of maps, and of what lies inside them, through the functions of a program.
//
// A variable whose type is a pointer to a map holds the map's own address, and so does what it is converted to. What is read through such an address as
// anything but a map is the inside: the header, and behind it the buckets. Functions are taken callees first; each gets a summary: which results are such
// addresses, absolutely or in terms of a parameter, and which parameters it hands to C or keeps. Assignments are taken without regard to order, which is exact
// for temporaries, and for variables that are assigned once.

/// What a value has to do with a map's memory.
struct MapAddress: Sendable, Hashable {
  enum Kind: Sendable, Hashable {
    /// The address of the variable that holds the map, or of the map itself.
    case map
    /// A pointer into the map's memory, read through its address.
    case inside
    /// A `reflect.Value` of the map.
    case reflected
    /// What the caller passes as a parameter.
    case parameter(Int)
    /// What is read through an address that the caller passes.
    case throughParameter(Int)
  }

  var kind: Kind
  /// Where it was taken.
  var taken: SourceRange
}

/// Where an address goes.
struct MapAddressSink: Sendable, Hashable {
  enum Target: Sendable, Hashable {
    case foreign(Symbol)
    /// A field of a struct of C's.
    case foreignField
    case kept
  }

  var target: Target
  /// Whether it is what the address points at that goes there.
  var isDereferenced: Bool
  var range: SourceRange
}

/// The addresses of maps that reach C or are kept.
struct MapAddressFlow: Sendable {
  /// An address, and the place where it goes to C, or to a function that hands it there.
  struct Use: Sendable {
    var function: FunctionID
    var isInside: Bool
    var range: SourceRange
    var taken: SourceRange
    var sink: MapAddressSink
  }

  private struct Summary: Sendable {
    var results: [Int: MapAddress] = [:]
    var sinks: [Int: MapAddressSink] = [:]
  }

  private(set) var uses: [Use] = []
  private var summaries: [FunctionID: Summary] = [:]
  private let program: Program
  private let graph: CallGraph

  init(_ program: Program, _ graph: CallGraph) {
    self.program = program
    self.graph = graph
    // Only where C is called, or where a caller hands something on, can an address get to C.
    for component in graph.components {
      for id in component where program.isOriginal(id) { read(id) }
    }
  }

  private mutating func read(_ id: FunctionID) {
    let function = program.function(id)
    guard function.variables.contains(where: { Self.canHold($0.type) }) else { return }
    var addresses = initial(function)
    propagate(id, function, &addresses)
    if addresses.isEmpty { return }
    var summary = Summary()
    for block in function.blocks {
      for instruction in block.instructions { collect(instruction, id, function, addresses, &summary) }
      if case .return(let values) = block.terminator {
        for (index, value) in values.enumerated() {
          if let address = addresses[value], summary.results[index] == nil { summary.results[index] = address }
        }
      }
    }
    if !summary.results.isEmpty || !summary.sinks.isEmpty { summaries[id] = summary }
  }

  /// Whether a type can carry an address.
  private static func canHold(_ type: ValueType) -> Bool {
    switch type.class {
    case .cPointer, .integerAddress, .managedPointer, .unknown: true
    default: false
    }
  }

  private func initial(_ function: Function) -> [VariableID: MapAddress] {
    var result: [VariableID: MapAddress] = [:]
    for (index, parameter) in function.parameters.enumerated() {
      let type = function.variables[Int(parameter.rawValue)].type
      if Self.canHold(type), !type.pointsToMap {
        result[parameter] = MapAddress(
          kind: .parameter(index), taken: function.variables[Int(parameter.rawValue)].range)
      }
    }
    for (number, variable) in function.variables.enumerated() where variable.type.pointsToMap {
      result[VariableID(rawValue: Int32(number))] = MapAddress(kind: .map, taken: variable.range)
    }
    return result
  }

  private func propagate(_ id: FunctionID, _ function: Function, _ addresses: inout [VariableID: MapAddress]) {
    // Two rounds carry what a loop hands back to its head; longer chains do not occur.
    for _ in 0..<2 {
      let before = addresses.count
      for block in function.blocks {
        for instruction in block.instructions { step(instruction, id, function, &addresses) }
      }
      if addresses.count == before { break }
    }
  }

  private func step(
    _ instruction: Instruction, _ id: FunctionID, _ function: Function, _ addresses: inout [VariableID: MapAddress]
  ) {
    func type(_ variable: VariableID) -> ValueType { function.variables[Int(variable.rawValue)].type }
    func set(_ into: VariableID, _ address: MapAddress?) {
      guard let address, addresses[into] == nil, Self.canHold(type(into)) || address.kind == .reflected else { return }
      addresses[into] = address
    }
    switch instruction.operation {
    case .copy(let into, let from), .convert(let into, let from, _): set(into, addresses[from])
    case .compute(let into, let from):
      // Arithmetic on an address stays within what it points at.
      for operand in from {
        if let address = addresses[operand], address.kind != .reflected { set(into, address) }
      }
    case .fresh(let into, .mapInternals): set(into, MapAddress(kind: .inside, taken: instruction.range))
    case .address(let into, let path):
      if function.type(of: path, in: program).class == .map {
        set(into, MapAddress(kind: .map, taken: instruction.range))
      }
    case .load(let into, let path):
      let place = function.paths[Int(path.rawValue)]
      guard case .variable(let root) = place.root, let address = addresses[root] else { return }
      set(into, place.fields.isEmpty ? address : dereferenced(address, type(root), instruction.range))
    case .call(let number):
      let call = function.calls[Int(number)]
      if case .library(let name) = call.callee {
        guard let result = call.results.first, let argument = call.arguments.first else { return }
        switch program.symbols.name(name) {
        case "reflect.ValueOf" where isMap(argument, function):
          addresses[result] = MapAddress(kind: .reflected, taken: instruction.range)
        case "reflect.Value.Pointer", "reflect.Value.UnsafePointer":
          if addresses[argument]?.kind == .reflected {
            set(result, MapAddress(kind: .map, taken: instruction.range))
          }
        default: break
        }
        return
      }
      for target in graph.targets(of: id, call: number) {
        guard let summary = summaries[target] else { continue }
        for (index, result) in call.results.enumerated() {
          set(result, summary.results[index].flatMap { translated($0, call, function, addresses, instruction.range) })
        }
      }
    default: break
    }
  }

  private func isMap(_ variable: VariableID, _ function: Function) -> Bool {
    function.variables[Int(variable.rawValue)].type.class == .map
  }

  /// What is read through an address: of a pointer that is typed as one to a map, the map itself.
  private func dereferenced(_ address: MapAddress, _ type: ValueType, _ range: SourceRange) -> MapAddress? {
    if type.pointsToMap { return nil }
    switch address.kind {
    case .map, .inside: return MapAddress(kind: .inside, taken: range)
    case .parameter(let index), .throughParameter(let index):
      return MapAddress(kind: .throughParameter(index), taken: range)
    case .reflected: return nil
    }
  }

  /// What a callee's result is to its caller.
  private func translated(
    _ address: MapAddress, _ call: Call, _ function: Function, _ addresses: [VariableID: MapAddress],
    _ range: SourceRange
  ) -> MapAddress? {
    switch address.kind {
    case .map, .inside: return MapAddress(kind: address.kind, taken: range)
    case .reflected: return nil
    case .parameter(let index):
      guard index < call.arguments.count else { return nil }
      return addresses[call.arguments[index]]
    case .throughParameter(let index):
      guard index < call.arguments.count, let given = addresses[call.arguments[index]] else { return nil }
      // The callee sees the bare address, whatever the caller's type for it is.
      return dereferenced(given, .unknown, range)
    }
  }

  // MARK: Where they go

  private mutating func collect(
    _ instruction: Instruction, _ id: FunctionID, _ function: Function, _ addresses: [VariableID: MapAddress],
    _ summary: inout Summary
  ) {
    switch instruction.operation {
    case .call(let number):
      let call = function.calls[Int(number)]
      if case .foreign(let name) = call.callee {
        for (argument, range) in zip(call.arguments, call.argumentRanges) {
          add(argument, .foreign(name), range, instruction, id, addresses, &summary)
        }
        return
      }
      for target in graph.targets(of: id, call: number) {
        guard let sinks = summaries[target]?.sinks else { continue }
        for (index, sink) in sinks.sorted(by: { $0.key < $1.key }) where index < call.arguments.count {
          guard let address = addresses[call.arguments[index]] else { continue }
          var outer = sink
          outer.range = call.argumentRanges[index]
          note(address, outer, id, &summary)
        }
      }
    case .store(let path, let from):
      let place = function.paths[Int(path.rawValue)]
      if case .variable = place.root, place.fields.isEmpty { return }
      let isForeign = place.fields.last.map { program.symbols.name($0).hasPrefix("C.") } ?? false
      let type = function.variables[Int(from.rawValue)].type
      if isForeign {
        add(from, .foreignField, instruction.range, instruction, id, addresses, &summary)
      } else if type.class != .integerAddress {
        // A number that is kept identifies the map; nobody reads through it.
        add(from, .kept, instruction.range, instruction, id, addresses, &summary)
      }
    case .escape(let value): add(value, .kept, instruction.range, instruction, id, addresses, &summary)
    default: break
    }
  }

  private mutating func add(
    _ value: VariableID, _ target: MapAddressSink.Target, _ range: SourceRange, _ instruction: Instruction,
    _ id: FunctionID, _ addresses: [VariableID: MapAddress], _ summary: inout Summary
  ) {
    guard let address = addresses[value] else { return }
    note(address, MapAddressSink(target: target, isDereferenced: false, range: range), id, &summary)
  }

  private mutating func note(
    _ address: MapAddress, _ sink: MapAddressSink, _ id: FunctionID, _ summary: inout Summary
  ) {
    var sink = sink
    switch address.kind {
    case .map where !sink.isDereferenced:
      // A map's address that Go code keeps is an ordinary pointer.
      if sink.target != .kept { use(false, address, sink, id) }
    case .map, .inside: use(true, address, sink, id)
    case .parameter(let index): if summary.sinks[index] == nil { summary.sinks[index] = sink }
    case .throughParameter(let index):
      sink.isDereferenced = true
      if summary.sinks[index] == nil { summary.sinks[index] = sink }
    case .reflected: break
    }
  }

  private mutating func use(_ isInside: Bool, _ address: MapAddress, _ sink: MapAddressSink, _ id: FunctionID) {
    uses.append(Use(function: id, isInside: isInside, range: sink.range, taken: address.taken, sink: sink))
  }
}
