/// Views of the nodes whose operands are records, with names for the words.
extension SyntaxTree {
  /// A field, parameter, result, receiver, type parameter, method or embedded type.
  struct Field {
    var type: NodeID
    var tag: NodeID
    var names: NodeList
  }

  struct FunctionType {
    var typeParameters: NodeList
    var parameters: NodeList
    var results: NodeList
  }

  struct FunctionDeclaration {
    var receiver: NodeList
    var name: NodeID
    var type: NodeID
    /// `.none` for a function that is implemented elsewhere.
    var body: NodeID
  }

  struct TypeSpec {
    var name: NodeID
    var typeParameters: NodeList
    var type: NodeID
    var isAlias: Bool
  }

  struct ValueSpec {
    var names: NodeList
    var type: NodeID
    var values: NodeList
    /// The position within its declaration.
    var iota: Int
  }

  struct If {
    var initializer: NodeID
    var condition: NodeID
    var body: NodeID
    var otherwise: NodeID
  }

  struct For {
    var initializer: NodeID
    var condition: NodeID
    var post: NodeID
    var body: NodeID
  }

  struct Range {
    var key: NodeID
    var value: NodeID
    var operand: NodeID
    var body: NodeID
    /// Whether it declares its variables.
    var defines: Bool
  }

  struct Switch {
    var initializer: NodeID
    var tag: NodeID
    var clauses: NodeList
  }

  struct TypeSwitch {
    var initializer: NodeID
    var bound: NodeID
    var operand: NodeID
    var clauses: NodeList
  }

  struct Slice {
    var low: NodeID
    var high: NodeID
    var max: NodeID
  }

  private func node(_ record: Int32, _ position: Int) -> NodeID { NodeID(word(record, position)) }

  func field(_ id: NodeID) -> Field {
    let record = self[id].a
    return Field(type: node(record, 0), tag: node(record, 1), names: list(word(record, 2)))
  }

  func functionType(_ id: NodeID) -> FunctionType {
    let record = self[id].a
    return FunctionType(
      typeParameters: list(word(record, 0)), parameters: list(word(record, 1)), results: list(word(record, 2)))
  }

  func functionDeclaration(_ id: NodeID) -> FunctionDeclaration {
    let record = self[id].a
    return FunctionDeclaration(
      receiver: list(word(record, 0)), name: node(record, 1), type: node(record, 2), body: node(record, 3))
  }

  func typeSpec(_ id: NodeID) -> TypeSpec {
    let record = self[id].a
    return TypeSpec(
      name: node(record, 0), typeParameters: list(word(record, 1)), type: node(record, 2),
      isAlias: self[id].flags.contains(.isAlias))
  }

  func valueSpec(_ id: NodeID) -> ValueSpec {
    let record = self[id].a
    return ValueSpec(
      names: list(word(record, 0)), type: node(record, 1), values: list(word(record, 2)), iota: Int(word(record, 3)))
  }

  func ifStatement(_ id: NodeID) -> If {
    let record = self[id].a
    return If(
      initializer: node(record, 0), condition: node(record, 1), body: node(record, 2), otherwise: node(record, 3))
  }

  func forStatement(_ id: NodeID) -> For {
    let record = self[id].a
    return For(initializer: node(record, 0), condition: node(record, 1), post: node(record, 2), body: node(record, 3))
  }

  func rangeStatement(_ id: NodeID) -> Range {
    let record = self[id].a
    return Range(
      key: node(record, 0), value: node(record, 1), operand: node(record, 2), body: node(record, 3),
      defines: self[id].token == .define)
  }

  func switchStatement(_ id: NodeID) -> Switch {
    let record = self[id].a
    return Switch(initializer: node(record, 0), tag: node(record, 1), clauses: list(word(record, 2)))
  }

  func typeSwitchStatement(_ id: NodeID) -> TypeSwitch {
    let record = self[id].a
    return TypeSwitch(
      initializer: node(record, 0), bound: node(record, 1), operand: node(record, 2), clauses: list(word(record, 3)))
  }

  func slice(_ id: NodeID) -> Slice {
    let record = self[id].b
    return Slice(low: node(record, 0), high: node(record, 1), max: node(record, 2))
  }

  /// The name of an identifier.
  func name(_ id: NodeID) -> Name { Name(self[id].a) }

  /// The source text of a node.
  func text(_ id: NodeID) -> String {
    let node = self[id]
    return source.text(node.start, node.end)
  }

  /// The line and column of an offset, counted from 1, the column in bytes. `//line` directives are not followed. Complexity: O(log lines).
  func position(_ offset: UInt32) -> (line: Int, column: Int) { lineStarts.position(at: offset) }
}
