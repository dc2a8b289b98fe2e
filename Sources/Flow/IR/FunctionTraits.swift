/// What occurs in a function: who looks for something passes over the functions in which there is none of it, without reading them.
struct FunctionTraits: OptionSet, Sendable {
  let rawValue: UInt32

  /// An operation on a map, the making of one not counted.
  static let usesMaps = FunctionTraits(rawValue: 1 << 0)
  /// An unconditional store into a map.
  static let storesIntoMaps = FunctionTraits(rawValue: 1 << 1)
  /// A variable that is a map.
  static let hasMapVariables = FunctionTraits(rawValue: 1 << 2)
  /// A new map.
  static let makesMaps = FunctionTraits(rawValue: 1 << 3)
  /// A variable that holds an address, or can.
  static let hasAddressVariables = FunctionTraits(rawValue: 1 << 4)
  /// A lock is taken or given back.
  static let locks = FunctionTraits(rawValue: 1 << 5)
  /// A number is counted up.
  static let counts = FunctionTraits(rawValue: 1 << 6)
  /// A number becomes a pointer.
  static let makesPointers = FunctionTraits(rawValue: 1 << 7)
  /// A number is stored or returned.
  static let handsOnNumbers = FunctionTraits(rawValue: 1 << 8)
  /// Something is computed from other values.
  static let computes = FunctionTraits(rawValue: 1 << 9)
  /// Something is stored.
  static let stores = FunctionTraits(rawValue: 1 << 10)
  /// A call of C.
  static let callsForeign = FunctionTraits(rawValue: 1 << 11)
  /// A call on a thread of its own.
  static let spawns = FunctionTraits(rawValue: 1 << 12)
  /// A function as a value.
  static let hasFunctionValues = FunctionTraits(rawValue: 1 << 13)
  /// A parameter that is a function or a list, which can hold some.
  static let takesFunctions = FunctionTraits(rawValue: 1 << 14)
  /// A parameter that is an interface.
  static let takesInterfaces = FunctionTraits(rawValue: 1 << 15)
  /// A variable that all rounds of a loop share.
  static let sharesLoopVariables = FunctionTraits(rawValue: 1 << 16)

  init(rawValue: UInt32) { self.rawValue = rawValue }

  /// The traits of a function. Complexity: linear in its size.
  init(_ function: Function) {
    var traits: FunctionTraits = []
    let variables = function.variables
    func isNumber(_ variable: VariableID) -> Bool {
      let kind = variables[Int(variable.rawValue)].type.class
      return kind == .plain || kind == .integerAddress
    }
    for variable in variables {
      if variable.type.class == .map { traits.insert(.hasMapVariables) }
      if variable.type.holdsAddress { traits.insert(.hasAddressVariables) }
      if variable.isSharedByLoop { traits.insert(.sharesLoopVariables) }
    }
    for parameter in function.parameters {
      switch variables[Int(parameter.rawValue)].type.class {
      case .function, .list: traits.insert(.takesFunctions)
      case .interface: traits.insert(.takesInterfaces)
      default: break
      }
    }
    for call in function.calls {
      if case .foreign = call.callee { traits.insert(.callsForeign) }
      if call.mode == .spawned { traits.insert(.spawns) }
    }
    for block in function.blocks {
      for instruction in block.instructions {
        switch instruction.operation {
        case .map(let access):
          traits.insert(.usesMaps)
          if access.kind == .store, !access.isConditional { traits.insert(.storesIntoMaps) }
        case .mapMake: traits.insert(.makesMaps)
        case .lock, .unlock: traits.insert(.locks)
        case .fresh(_, .counter): traits.insert(.counts)
        case .fresh(_, .function): traits.insert(.hasFunctionValues)
        case .convert(_, _, .integerToPointer): traits.insert(.makesPointers)
        case .compute: traits.insert(.computes)
        case .store(_, let from):
          traits.insert(.stores)
          if isNumber(from) { traits.insert(.handsOnNumbers) }
        default: break
        }
      }
      if case .return(let values) = block.terminator, values.count == 1, isNumber(values[0]) {
        traits.insert(.handsOnNumbers)
      }
    }
    self = traits
  }
}
