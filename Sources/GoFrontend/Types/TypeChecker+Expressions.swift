/// Expressions.
extension TypeChecker {
  /// The type and kind of an expression. `expected` is the type that its context gives a composite literal without one.
  @discardableResult
  func expression(_ node: NodeID, expected: TypeID = .unknown) -> Operand {
    depth += 1
    defer { depth -= 1 }
    if depth > Self.maximumDepth || node.isNone { return .unknown }
    let operand = evaluate(node, expected: expected)
    info?.set(node, type: operand.type, mode: operand.mode)
    return operand
  }

  /// The type that a variable gets from a constant without a type of its own.
  func defaultType(_ type: TypeID) -> TypeID {
    switch types.basic(type) {
    case .untypedBool: BasicType.bool.type
    case .untypedInt: BasicType.int.type
    case .untypedRune: BasicType.rune.type
    case .untypedFloat: BasicType.float64.type
    case .untypedComplex: BasicType.complex128.type
    case .untypedString: BasicType.string.type
    case .untypedNil: .unknown
    default: type
    }
  }

  private func evaluate(_ node: NodeID, expected: TypeID) -> Operand {
    let record = tree[node]
    switch record.kind {
    case .identifier: return identifier(node, record)
    case .basicLiteral: return literal(node, record)
    case .parenthesized: return expression(NodeID(record.a), expected: expected)
    case .functionLiteral: return functionLiteral(record)
    case .compositeLiteral: return compositeLiteral(record, expected: expected)
    case .selector: return selector(record)
    case .index: return index(record)
    case .slice:
      let operand = expression(NodeID(record.a))
      let bounds = tree.slice(node)
      for bound in [bounds.low, bounds.high, bounds.max] where !bound.isNone { expression(bound) }
      return .value(sliced(operand.type))
    case .typeAssertion:
      expression(NodeID(record.a))
      return Operand(type: record.b == 0 ? .unknown : typeExpression(NodeID(record.b)), mode: .value, hasSecond: true)
    case .call: return call(node, record)
    case .star:
      let operand = expression(NodeID(record.a))
      if operand.mode == .type { return Operand(type: types.pointer(to: operand.type), mode: .type) }
      if operand.mode == .foreign, operand.type == .unknown {
        // `*C.thing` of a name that is not known to be a variable: the pointer type of a conversion.
        return Operand(type: types.pointer(to: types.foreign(Name(operand.detail))), mode: .type)
      }
      let base = types[coreType(operand.type)]
      return .value(base.kind == .pointer ? TypeID(base.a) : .unknown)
    case .unary: return unary(record, expected: expected)
    case .binary: return binary(node)
    case .keyValue:
      expression(NodeID(record.a))
      return expression(NodeID(record.b))
    case .arrayType, .structType, .functionType, .interfaceType, .mapType, .channelType, .ellipsis:
      return Operand(type: typeExpression(node), mode: .type)
    default: return .unknown
    }
  }

  private func identifier(_ node: NodeID, _ record: Node) -> Operand {
    let name = Name(record.a)
    if name == universe.blank { return .unknown }
    let object = lookup(name)
    info?.set(node, object: object)
    let declared = objects[object]
    switch declared.kind {
    case .type: return Operand(type: type(of: object), mode: .type)
    case .constant:
      if object == universe.iota { return .constant(BasicType.untypedInt.type, iota) }
      return .constant(type(of: object), constantValue(object))
    case .variable: return .value(type(of: object))
    case .function: return Operand(type: type(of: object), mode: .value, detail: object.rawValue)
    case .builtin: return Operand(type: .unknown, mode: .builtin, detail: declared.value)
    case .nil: return .value(BasicType.untypedNil.type)
    case .package: return Operand(type: .unknown, mode: .package, detail: object.rawValue)
    case .none, .label: return .unknown
    }
  }

  private func literal(_ node: NodeID, _ record: Node) -> Operand {
    switch record.token {
    case .int: return .constant(BasicType.untypedInt.type, integer(record))
    case .float: return .constant(BasicType.untypedFloat.type, nil)
    case .imaginary: return .constant(BasicType.untypedComplex.type, nil)
    case .char: return .constant(BasicType.untypedRune.type, character(tree.text(node)))
    default: return .constant(BasicType.untypedString.type, nil)
    }
  }

  /// The value of an integer literal, nil when it does not fit.
  private func integer(_ node: Node) -> Int64? {
    let bytes = tree.source.bytes[Int(node.start)..<Int(node.end)]
    var digits = bytes[...]
    var radix: UInt64 = 10
    if digits.count > 1, digits.first == UInt8(ascii: "0") {
      digits.removeFirst()
      switch digits.first.map({ $0 | 0x20 }) {
      case UInt8(ascii: "x"): radix = 16
      case UInt8(ascii: "b"): radix = 2
      case UInt8(ascii: "o"): radix = 8
      default: radix = 8
      }
      if digits.first.map({ $0 | 0x20 >= UInt8(ascii: "a") }) == true { digits.removeFirst() }
    }
    var value: UInt64 = 0
    for byte in digits where byte != UInt8(ascii: "_") {
      let digit = UInt64(
        byte <= UInt8(ascii: "9") ? byte &- UInt8(ascii: "0") : (byte | 0x20) &- UInt8(ascii: "a") &+ 10)
      guard digit < radix else { return nil }
      let (product, overflows) = value.multipliedReportingOverflow(by: radix)
      guard !overflows else { return nil }
      value = product &+ digit
      guard value <= UInt64(Int64.max) else { return nil }
    }
    return Int64(value)
  }

  private func character(_ text: String) -> Int64? {
    let value = GoString.value(of: text).unicodeScalars
    return value.count == 1 ? Int64(value.first!.value) : nil
  }

  private func functionLiteral(_ record: Node) -> Operand {
    scope.open()
    defer { scope.close() }
    let function = tree.functionType(NodeID(record.a))
    let type = signature(function, typeParameters: [])
    info?.set(NodeID(record.a), type: type, mode: .type)
    // Bodies matter only where the results are kept.
    if info != nil { body(NodeID(record.b), function: function) }
    return .value(type)
  }

  private func sliced(_ type: TypeID) -> TypeID {
    let core = coreType(type)
    let record = types[core]
    switch record.kind {
    case .pointer:
      let array = types[underlying(TypeID(record.a))]
      return array.kind == .array ? types.slice(of: TypeID(array.a)) : .unknown
    case .array: return types.slice(of: TypeID(record.a))
    case .basic: return types.isUntyped(type) ? BasicType.string.type : type
    case .slice: return type
    default: return .unknown
    }
  }

  // MARK: Composite literals

  private func compositeLiteral(_ record: Node, expected: TypeID) -> Operand {
    var type = record.a == 0 ? expected : typeExpression(NodeID(record.a))
    var base = coreType(type)
    // In an element, `{…}` may stand for `&T{…}`.
    if record.a == 0, types[base].kind == .pointer { base = coreType(TypeID(types[base].a)) }
    let literal = types[base]
    let elements = tree.list(record.b)
    switch literal.kind {
    case .structure:
      let fields = types.words(literal.a)
      for (position, element) in elements.enumerated() {
        let node = tree[element]
        if node.kind == .keyValue {
          let key = NodeID(node.a)
          var fieldType = TypeID.unknown
          if tree[key].kind == .identifier {
            let name = tree[key].a
            for index in stride(from: 0, to: fields.count, by: 4) where fields[index] == name {
              fieldType = TypeID(fields[index + 1])
            }
            info?.set(key, type: fieldType, mode: .value)
          }
          expression(NodeID(node.b), expected: fieldType)
        } else {
          expression(element, expected: position * 4 + 1 < fields.count ? TypeID(fields[position * 4 + 1]) : .unknown)
        }
      }
    case .map:
      for element in elements {
        let node = tree[element]
        guard node.kind == .keyValue else {
          expression(element)
          continue
        }
        expression(NodeID(node.a), expected: TypeID(literal.a))
        expression(NodeID(node.b), expected: TypeID(literal.b))
      }
    case .array, .slice:
      var position: Int64 = 0
      var length: Int64 = 0
      for element in elements {
        let node = tree[element]
        if node.kind == .keyValue {
          position = expression(NodeID(node.a)).value ?? position
          expression(NodeID(node.b), expected: TypeID(literal.a))
        } else {
          expression(element, expected: TypeID(literal.a))
        }
        position &+= 1
        length = max(length, position)
      }
      if literal.kind == .array, literal.b < 0, record.a != 0, tree[NodeID(record.a)].kind == .arrayType {
        type = types.array(of: TypeID(literal.a), length: Int(clamping: length))
        info?.set(NodeID(record.a), type: type, mode: .type)
      }
    default:
      for element in elements {
        let node = tree[element]
        if node.kind == .keyValue {
          // A field name of an unknown struct is no expression; anything else is checked for what it holds.
          if tree[NodeID(node.a)].kind != .identifier { expression(NodeID(node.a)) }
          expression(NodeID(node.b))
        } else {
          expression(element)
        }
      }
    }
    return .value(type)
  }

  // MARK: Selectors and indices

  private func selector(_ record: Node) -> Operand {
    let operandNode = NodeID(record.a)
    let selected = NodeID(record.b)
    let name = tree.name(selected)
    let operand = expression(operandNode)
    if operand.mode == .package { return packageMember(ObjectID(operand.detail), name, selected) }
    guard operand.type != .unknown, let selection = selection(operand.type, name) else { return .unknown }
    if selection.kind == .method { info?.set(selected, object: selection.method) }
    if operand.mode == .type && selection.kind != .field { return .value(methodExpression(operand.type, selection)) }
    return .value(selection.type)
  }

  private func packageMember(_ imported: ObjectID, _ name: Name, _ selected: NodeID) -> Operand {
    switch declarations.package(ofImport: imported, in: package) {
    case Declarations.cPackage: return foreignMember(name)
    case Declarations.unsafePackage: return unsafeMember(names.string(name))
    case let index where index >= 0:
      guard let object = declarations.package(index).scope[name] else { return .unknown }
      info?.set(selected, object: object)
      switch objects[object].kind {
      case .type: return Operand(type: type(of: object), mode: .type)
      case .constant: return .constant(type(of: object), constantValue(object))
      case .function: return Operand(type: type(of: object), mode: .value, detail: object.rawValue)
      default: return .value(type(of: object))
      }
    default: return .unknown
    }
  }

  private func unsafeMember(_ name: String) -> Operand {
    let builtin: Builtin
    switch name {
    case "Pointer": return Operand(type: BasicType.unsafePointer.type, mode: .type)
    case "Add": builtin = .add
    case "Alignof": builtin = .alignof
    case "Offsetof": builtin = .offsetof
    case "Sizeof": builtin = .sizeof
    case "Slice": builtin = .slice
    case "SliceData": builtin = .sliceData
    case "String": builtin = .string
    case "StringData": builtin = .stringData
    default: return .unknown
    }
    return Operand(type: .unknown, mode: .builtin, detail: builtin.rawValue)
  }

  private func foreignMember(_ name: Name) -> Operand {
    let text = names.string(name)
    if ForeignNames.isType(text) || declarations.foreign.isType(text, package: package.path) {
      return Operand(type: types.foreign(name), mode: .type)
    }
    if text.hasPrefix("sizeof_") { return .constant(types.foreign(names.intern("size_t")), nil) }
    switch declarations.foreign.constant(text, package: package.path) {
    case .integer(let value): return .constant(BasicType.untypedInt.type, value)
    case .float: return .constant(BasicType.untypedFloat.type, nil)
    case .string: return .constant(BasicType.untypedString.type, nil)
    case nil: break
    }
    if let type = declarations.foreign.type(ofValue: text, package: package.path) {
      return Operand(type: foreignType(type), mode: .foreign, detail: name.rawValue)
    }
    return Operand(type: .unknown, mode: .foreign, detail: name.rawValue)
  }

  private func methodExpression(_ receiver: TypeID, _ selection: Selection) -> TypeID {
    let record = types[selection.type]
    guard record.kind == .signature else { return .unknown }
    return types.signature(
      parameters: [0, receiver.rawValue] + types.words(record.a), results: Array(types.words(record.b)),
      typeParameters: [],
      isVariadic: record.flags.contains(.isVariadic))
  }

  private func index(_ record: Node) -> Operand {
    let operand = expression(NodeID(record.a))
    let indices = tree.list(record.b)
    if operand.mode == .type {
      let arguments = indices.map { typeExpression($0) }
      guard let object = types.unaliasedNamed(operand.type) else { return Operand(type: .unknown, mode: .type) }
      return Operand(type: instance(object, arguments), mode: .type)
    }
    let function = types[types.unaliased(operand.type)]
    if function.kind == .signature && function.c != 0 {
      let arguments = indices.map { typeExpression($0) }
      let parameters = types.words(function.c).map { TypeID($0) }
      if arguments.count == parameters.count {
        return .value(instantiated(operand.type, Substitution(parameters, arguments)))
      }
      // The rest is inferred from the arguments of the call.
      return Operand(type: operand.type, mode: .value, detail: operand.detail)
    }
    let core = types[coreType(operand.type)]
    if core.kind == .map {
      for index in indices { expression(index, expected: TypeID(core.a)) }
      return Operand(type: TypeID(core.b), mode: .value, hasSecond: true)
    }
    for index in indices { expression(index) }
    switch core.kind {
    case .slice, .array: return .value(TypeID(core.a))
    case .pointer:
      let array = types[underlying(TypeID(core.a))]
      return .value(array.kind == .array ? TypeID(array.a) : .unknown)
    case .basic: return .value(BasicType(rawValue: core.a)?.isString == true ? BasicType.byte.type : .unknown)
    default: return .value(.unknown)
    }
  }

  // MARK: Operators

  private func unary(_ record: Node, expected: TypeID) -> Operand {
    if record.token == .and {
      let base = types[coreType(expected)]
      let operand = expression(NodeID(record.a), expected: base.kind == .pointer ? TypeID(base.a) : .unknown)
      return .value(operand.type == .unknown ? .unknown : types.pointer(to: operand.type))
    }
    let operand = expression(NodeID(record.a))
    switch record.token {
    case .arrow:
      let channel = types[coreType(operand.type)]
      return Operand(type: channel.kind == .channel ? TypeID(channel.a) : .unknown, mode: .value, hasSecond: true)
    case .tilde: return Operand(type: operand.type, mode: .type)
    case .sub where operand.mode == .constant: return .constant(operand.type, operand.value.map { 0 &- $0 })
    case .xor where operand.mode == .constant: return .constant(operand.type, operand.value.map { ~$0 })
    case .add where operand.mode == .constant: return operand
    case .not where operand.mode == .constant: return .constant(operand.type, operand.value.map { $0 == 0 ? 1 : 0 })
    default: return .value(operand.type)
    }
  }

  /// Chains such as `a + b + c` lean to the left and can be long: they are walked, not recursed into.
  private func binary(_ node: NodeID) -> Operand {
    var chain: [NodeID] = [node]
    while let last = chain.last, tree[NodeID(tree[last].a)].kind == .binary { chain.append(NodeID(tree[last].a)) }
    var left = expression(NodeID(tree[chain[chain.count - 1]].a))
    for link in chain.reversed() {
      let record = tree[link]
      let right = expression(NodeID(record.b))
      if left.mode == .type || right.mode == .type {
        // A union in a constraint.
        left = Operand(type: typeExpression(link), mode: .type)
        continue
      }
      left = combine(record.token, left, right)
      info?.set(link, type: left.type, mode: left.mode)
    }
    return left
  }

  private func combine(_ token: Token, _ left: Operand, _ right: Operand) -> Operand {
    let isConstant = left.mode == .constant && right.mode == .constant
    switch token {
    case .equal, .notEqual, .less, .lessEqual, .greater, .greaterEqual:
      return Operand(
        type: BasicType.untypedBool.type, mode: isConstant ? .constant : .value,
        value: compare(token, left.value, right.value))
    case .shl, .shr:
      let type = left.mode == .constant && !isConstant && types.isUntyped(left.type) ? BasicType.int.type : left.type
      return Operand(
        type: type, mode: isConstant ? .constant : .value,
        value: isConstant ? fold(token, left.value, right.value) : nil)
    default:
      let type = wider(left.type, right.type)
      return Operand(
        type: type, mode: isConstant ? .constant : .value,
        value: isConstant ? fold(token, left.value, right.value) : nil)
    }
  }

  /// The type of an arithmetic or logical operation: that of the operand that has one, or the later kind of untyped constant.
  private func wider(_ left: TypeID, _ right: TypeID) -> TypeID {
    if !types.isUntyped(left) && left != .unknown { return left }
    if !types.isUntyped(right) && right != .unknown { return right }
    if left == .unknown || right == .unknown { return .unknown }
    return TypeID(max(left.rawValue, right.rawValue))
  }

  private func compare(_ token: Token, _ left: Int64?, _ right: Int64?) -> Int64? {
    guard let left, let right else { return nil }
    switch token {
    case .equal: return left == right ? 1 : 0
    case .notEqual: return left != right ? 1 : 0
    case .less: return left < right ? 1 : 0
    case .lessEqual: return left <= right ? 1 : 0
    case .greater: return left > right ? 1 : 0
    default: return left >= right ? 1 : 0
    }
  }

  private func fold(_ token: Token, _ left: Int64?, _ right: Int64?) -> Int64? {
    guard let left, let right else { return nil }
    func checked(_ result: (partialValue: Int64, overflow: Bool)) -> Int64? {
      result.overflow ? nil : result.partialValue
    }
    switch token {
    case .add: return checked(left.addingReportingOverflow(right))
    case .sub: return checked(left.subtractingReportingOverflow(right))
    case .mul: return checked(left.multipliedReportingOverflow(by: right))
    case .quo: return right == 0 ? nil : checked(left.dividedReportingOverflow(by: right))
    case .rem: return right == 0 ? nil : checked(left.remainderReportingOverflow(dividingBy: right))
    case .and: return left & right
    case .or: return left | right
    case .xor: return left ^ right
    case .andNot: return left & ~right
    case .shl: return right >= 0 && right < 63 && left >= 0 && left < (1 << (62 - right)) ? left << right : nil
    case .shr: return right >= 0 ? left >> min(right, 63) : nil
    case .landOperator: return left & right
    case .lorOperator: return left | right
    default: return nil
    }
  }
}
