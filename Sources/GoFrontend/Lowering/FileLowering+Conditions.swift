import Flow

/// Conditions to control flow.
extension FileLowering {
  /// Goes to one block or the other, as the condition says.
  func branch(on node: NodeID, then: BlockID, otherwise: BlockID) {
    let node = unparenthesized(node)
    let record = tree[node]
    scope.depth += 1
    defer { scope.depth -= 1 }
    let range = range(node)
    if scope.depth > Self.maximumDepth {
      scope.end(.branch(Condition(.unknown), then: then, otherwise: otherwise), range)
      return
    }
    switch (record.kind, record.token) {
    case (.unary, .not): branch(on: NodeID(record.a), then: otherwise, otherwise: then)
    case (.binary, .landOperator):
      let right = scope.newBlock()
      branch(on: NodeID(record.a), then: right, otherwise: otherwise)
      scope.start(right)
      branch(on: NodeID(record.b), then: then, otherwise: otherwise)
    case (.binary, .lorOperator):
      let right = scope.newBlock()
      branch(on: NodeID(record.a), then: then, otherwise: right)
      scope.start(right)
      branch(on: NodeID(record.b), then: then, otherwise: otherwise)
    case (.binary, .equal), (.binary, .notEqual):
      let isNegated = record.token == .notEqual
      let condition = equality(NodeID(record.a), NodeID(record.b), isNegated: isNegated)
      scope.end(.branch(condition, then: then, otherwise: otherwise), range)
    case (.identifier, _) where info.mode(node) == .constant:
      switch constantValue(node, record) {
      case .true: scope.jump(then, range)
      case .false: scope.jump(otherwise, range)
      default: scope.end(.branch(Condition(.unknown), then: then, otherwise: otherwise), range)
      }
    case (.binary, _):
      _ = value(NodeID(record.a))
      _ = value(NodeID(record.b))
      scope.end(.branch(Condition(.unknown), then: then, otherwise: otherwise), range)
    case (.call, _) where isTryLock(node): tryLock(node, then: then, otherwise: otherwise)
    default:
      let answer = value(node)
      scope.end(.branch(Condition(.isTrue(answer)), then: then, otherwise: otherwise), range)
    }
  }

  /// What `left == right` asks.
  func equality(_ left: NodeID, _ right: NodeID, isNegated: Bool) -> Condition {
    for (one, other) in [(left, right), (right, left)] {
      switch emptiness(other) {
      case .nil, .zero: return Condition(.isNil(value(one)), isNegated: isNegated)
      case .true: return Condition(.isTrue(value(one)), isNegated: isNegated)
      case .false: return Condition(.isTrue(value(one)), isNegated: !isNegated)
      default: continue
      }
    }
    let first = value(left)
    return Condition(.equal(first, value(right)), isNegated: isNegated)
  }

  /// Whether an expression is `nil`, 0, `true` or `false`.
  private func emptiness(_ node: NodeID) -> Constant? {
    let node = unparenthesized(node)
    if tree[node].kind == .identifier, info.object(node) == checker.universe.nilObject { return .nil }
    guard info.mode(node) == .constant || tree[node].kind == .basicLiteral else { return nil }
    return constantValue(node, tree[node])
  }

  private func isTryLock(_ node: NodeID) -> Bool { lockCall(node).map { $0.method.hasPrefix("Try") } ?? false }

  private func tryLock(_ node: NodeID, then: BlockID, otherwise: BlockID) {
    guard let lock = lockCall(node) else { return }
    let answer = scope.temporary(ValueType(.plain), range(node))
    scope.emit(.fresh(into: answer, .unknown), range(node))
    let taken = scope.newBlock()
    scope.end(.branch(Condition(.isTrue(answer)), then: taken, otherwise: otherwise), range(node))
    scope.start(taken)
    let mode: LockMode = lock.method == "TryRLock" ? .shared : .exclusive
    scope.emit(.lock(scope.path(lockPlace(lock)), mode), range(node))
    scope.jump(then, range(node))
  }
}
