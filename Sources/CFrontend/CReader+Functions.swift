import CLibClang

extension CReader {
  /// A body of more parts than this is generated code, or an attack.
  private static let maximumNodes = 100_000

  /// Reads a function with a body; nil when it is too large.
  func function(_ cursor: BelayCXCursor, _ name: String) -> CFunction? {
    var function = CFunction(name: name)
    for index in 0..<max(0, clang.library.argumentCount(cursor)) {
      let parameter = clang.library.argument(cursor, UInt32(index))
      // 101 and 114 are pointers and arrays without a length, in clang-c/Index.h.
      let kind = clang.library.canonicalType(clang.library.cursorType(parameter)).kind
      function.parameters.append(
        .init(declaration: clang.library.hash(parameter), isPointer: kind == 101 || kind == 114))
    }
    var body: BelayCXCursor?
    clang.children(cursor) { if $0.kind == 202 { body = $0 } }
    guard let body else { return function }
    // One visit of the whole tree, in the order of the source: where a part belongs shows by its parent, which is the last node, or one around it.
    var open = [(cursor: body, node: 0)]
    function.nodes.append(CNode(kind: .compound))
    var isWhole = true
    clang.descendants(body) { child, parent in
      // The body itself is everybody's last resort: as a parent it comes without the function that it belongs to, and so is not equal.
      while open.count > 1, let top = open.last, clang.library.equal(top.cursor, parent) == 0 {
        function.nodes[top.node].end = Int32(function.nodes.count)
        open.removeLast()
      }
      guard function.nodes.count < Self.maximumNodes else {
        isWhole = false
        return .end
      }
      // References to types and the like say nothing here; the name of a label does.
      if (40..<60).contains(child.kind) {
        if child.kind == 48, let top = open.last, function.nodes[top.node].kind == .goto {
          setName(clang.spelling(child), of: top.node, in: &function)
        }
        return .next
      }
      open.append((child, function.nodes.count))
      function.nodes.append(CNode(kind: .other))
      read(child, into: &function)
      return .descend
    }
    guard isWhole else { return nil }
    for top in open { function.nodes[top.node].end = Int32(function.nodes.count) }
    markEffects(&function)
    return function
  }

  private func setName(_ name: String, of node: Int, in function: inout CFunction) {
    function.nodes[node].name = Int32(function.names.count)
    function.names.append(name)
  }

  /// Fills the last node from a cursor. The numbers are those of cursor kinds and operators in clang-c/Index.h.
  private func read(_ cursor: BelayCXCursor, into function: inout CFunction) {
    let node = function.nodes.count - 1
    func set(_ kind: CNode.Kind) { function.nodes[node].kind = kind }
    switch cursor.kind {
    case 9:
      set(.declaration)
      function.nodes[node].declaration = clang.library.hash(cursor)
      // A static variable of the function holds what it held before.
      function.nodes[node].isGlobal = clang.library.storageClass(cursor) == 3
    // What the compiler adds around an expression has a type; what it could not make sense of has none, and gives none of its parts. 26 is a type that is not known.
    case 100: set(clang.library.canonicalType(clang.library.cursorType(cursor)).kind == 26 ? .other : .wrapper)
    case 111, 117: set(.wrapper)
    case 101: readReference(cursor, node, &function)
    case 102:
      set(.member)
      setName(clang.spelling(cursor), of: node, in: &function)
    case 103: set(.call)
    case 106, 110:
      set(.literal)
      function.nodes[node].constant = constant(cursor)
    case 109: set(.literal)
    case 112: set(unary(clang.library.unaryOperator?(cursor) ?? 0))
    case 113: set(.element)
    case 114: set(binary(clang.library.binaryOperator?(cursor) ?? 0))
    case 115:
      switch clang.library.binaryOperator?(cursor) ?? 0 {
      case 26: set(.addition)
      case 27: set(.subtraction)
      default: break
      }
    case 116: set(.conditional)
    case 201:
      set(.label)
      setName(clang.spelling(cursor), of: node, in: &function)
    case 202: set(.compound)
    case 203: set(.case)
    case 204: set(.default)
    case 205: set(.if)
    case 206: set(.switch)
    case 207: set(.while)
    case 208: set(.do)
    case 209: set(.for)
    case 210: set(.goto)
    case 212: set(.continue)
    case 213: set(.break)
    case 214: set(.return)
    default: break
    }
  }

  private func readReference(_ cursor: BelayCXCursor, _ node: Int, _ function: inout CFunction) {
    let declared = clang.library.referenced(cursor)
    switch declared.kind {
    case 8:
      function.nodes[node].kind = .function
      setName(clang.spelling(cursor), of: node, in: &function)
    case 7:
      function.nodes[node].kind = .literal
      if let value = clang.library.enumValue { function.nodes[node].constant = value(declared) == 0 ? .zero : .nonZero }
    default:
      function.nodes[node].kind = .variable
      function.nodes[node].declaration = clang.library.hash(declared)
      if declared.kind == 9 {
        // A variable of the file, or a static one of a function.
        let parent = clang.library.semanticParent(declared).kind
        function.nodes[node].isGlobal = parent != 8 || clang.library.storageClass(declared) == 3
      }
    }
  }

  private func constant(_ cursor: BelayCXCursor) -> CNode.Constant {
    guard let evaluate = clang.library.evaluate, let result = evaluate(cursor) else { return .unknown }
    defer { clang.library.disposeEvaluation(result) }
    // 1 is an integer.
    guard clang.library.evaluationKind(result) == 1 else { return .unknown }
    return clang.library.evaluationInteger(result) == 0 ? .zero : .nonZero
  }

  private func unary(_ code: Int32) -> CNode.Kind {
    switch code {
    case 1, 3: .increment
    case 2, 4: .decrement
    case 5: .addressOf
    case 6: .dereference
    case 8: .negation
    case 10: .not
    default: .other
    }
  }

  private func binary(_ code: Int32) -> CNode.Kind {
    switch code {
    case 15: .equal
    case 16: .notEqual
    case 20: .and
    case 21: .or
    case 22: .assignment
    case 33: .comma
    default: .other
    }
  }

  /// Marks the nodes in which something happens, from the last one back: parts come behind what they belong to.
  private func markEffects(_ function: inout CFunction) {
    var lastEffect = function.nodes.count
    for node in function.nodes.indices.reversed() {
      switch function.nodes[node].kind {
      case .call, .increment, .decrement, .addition, .subtraction, .assignment, .and, .or, .conditional, .compound,
        .declaration, .return, .goto,
        .break, .continue:
        lastEffect = node
      default: break
      }
      function.nodes[node].hasEffect = lastEffect < Int(function.nodes[node].end)
    }
  }
}
