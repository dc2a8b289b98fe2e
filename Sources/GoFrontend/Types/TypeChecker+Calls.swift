/// Calls, conversions and the functions of the language.
extension TypeChecker {
  func call(_ node: NodeID, _ record: Node) -> Operand {
    let functionNode = NodeID(record.a)
    let arguments = tree.list(record.b)
    let function = expression(functionNode)
    switch function.mode {
    case .type:
      let argument = arguments.first.map { expression($0, expected: function.type) }
      for extra in arguments.dropFirst() { expression(extra) }
      if argument?.mode == .constant, types.basic(underlying(function.type)) != nil {
        let integer = types.basic(underlying(function.type))?.isInteger == true
        return .constant(function.type, integer ? argument?.value : nil)
      }
      return .value(function.type)
    case .builtin: return builtin(Builtin(rawValue: function.detail), arguments)
    case .foreign: return foreignCall(Name(function.detail), arguments)
    default: break
    }
    let core = coreType(function.type)
    let signature = types[core]
    guard signature.kind == .signature else {
      for argument in arguments { expression(argument) }
      return .unknown
    }
    let parameters = types.words(signature.a)
    var operands: [Operand] = []
    if arguments.count == 1, parameters.count > 2, tree[arguments[0]].kind == .call {
      operands = multiple(arguments[0], count: parameters.count / 2).map { .value($0) }
    } else {
      for (position, argument) in arguments.enumerated() {
        // A composite literal needs no help, but a function literal in a generic call does not either: its type is written.
        operands.append(expression(argument, expected: parameterType(parameters, position, signature)))
      }
    }
    var type = core
    if signature.c != 0 {
      var explicit: [TypeID] = []
      if tree[functionNode].kind == .index {
        explicit = tree.list(tree[functionNode].b).map { info?.type($0) ?? typeExpression($0) }
      }
      type = infer(core, explicit: explicit, arguments: operands, spreads: record.flags.contains(.hasEllipsis))
      info?.set(functionNode, type: type, mode: .value)
    }
    return result(of: type)
  }

  private func parameterType(_ parameters: UnsafeBufferPointer<Int32>, _ position: Int, _ signature: TypeTable.Record)
    -> TypeID
  {
    let count = parameters.count / 2
    if signature.flags.contains(.isVariadic) && position >= count - 1 && count > 0 {
      return TypeID(types[types.unaliased(TypeID(parameters[count * 2 - 1]))].a)
    }
    return position < count ? TypeID(parameters[position * 2 + 1]) : .unknown
  }

  private func result(of signature: TypeID) -> Operand {
    let results = types.words(types[signature].b)
    switch results.count {
    case 0: return Operand(type: .unknown, mode: .noValue)
    case 2: return .value(TypeID(results[1]))
    default: return .value(types.tuple(stride(from: 1, to: results.count, by: 2).map { results[$0] }))
    }
  }

  /// The types of an expression in a place where several values are taken.
  func multiple(_ node: NodeID, count: Int) -> [TypeID] {
    let operand = expression(node)
    let record = types[operand.type]
    if record.kind == .tuple { return types.words(record.a).map { TypeID($0) } }
    if count == 2 && operand.hasSecond {
      return [operand.type, operand.mode == .foreign ? universe.error : BasicType.bool.type]
    }
    return [operand.type] + Array(repeating: .unknown, count: max(0, count - 1))
  }

  private func foreignCall(_ name: Name, _ arguments: NodeList) -> Operand {
    for argument in arguments { expression(argument) }
    let text = names.string(name)
    let notation = ForeignNames.results[text] ?? declarations.foreign.result(ofFunction: text, package: package.path)
    let type = notation.map { foreignTypeOrPlain($0) } ?? .unknown
    return Operand(type: type, mode: .foreign, detail: name.rawValue, hasSecond: true)
  }

  private func foreignTypeOrPlain(_ notation: String) -> TypeID { foreignType(notation) }

  // MARK: Builtins

  private func builtin(_ builtin: Builtin?, _ arguments: NodeList) -> Operand {
    guard let builtin else { return .unknown }
    if builtin == .make || builtin == .new {
      guard let first = arguments.first else { return .unknown }
      if builtin == .new {
        // Since Go 1.26 it takes a value as well.
        let operand = expression(first)
        return .value(types.pointer(to: defaultType(operand.type)))
      }
      let type = typeExpression(first)
      for argument in arguments.dropFirst() { expression(argument) }
      return .value(type)
    }
    let operands = arguments.map { expression($0) }
    let first = operands.first ?? .unknown
    switch builtin {
    case .append: return .value(first.type == BasicType.untypedNil.type ? .unknown : first.type)
    case .len, .cap:
      let array = types[underlying(pointerBase(first.type))]
      return array.kind == .array && array.b >= 0
        ? .constant(BasicType.int.type, Int64(array.b)) : .value(BasicType.int.type)
    case .copy: return .value(BasicType.int.type)
    case .complex:
      return .value(types.basic(first.type) == .float32 ? BasicType.complex64.type : BasicType.complex128.type)
    case .real, .imag:
      return .value(types.basic(first.type) == .complex64 ? BasicType.float32.type : BasicType.float64.type)
    case .min, .max:
      guard let typed = operands.first(where: { !types.isUntyped($0.type) }) else { return first }
      return .value(typed.type)
    case .recover: return .value(universe.any)
    case .sizeof, .alignof, .offsetof: return .constant(BasicType.uintptr.type, nil)
    case .add: return .value(BasicType.unsafePointer.type)
    case .slice:
      let pointer = types[underlying(first.type)]
      return .value(pointer.kind == .pointer ? types.slice(of: TypeID(pointer.a)) : .unknown)
    case .sliceData:
      let slice = types[coreType(first.type)]
      return .value(slice.kind == .slice ? types.pointer(to: TypeID(slice.a)) : .unknown)
    case .string: return .value(BasicType.string.type)
    case .stringData: return .value(types.pointer(to: BasicType.byte.type))
    case .clear, .close, .delete, .panic, .print, .println: return Operand(type: .unknown, mode: .noValue)
    case .make, .new: return .unknown
    }
  }
}
