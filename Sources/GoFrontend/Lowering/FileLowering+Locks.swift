import Flow

/// Locks of the package sync, and of packages that are not analysed: those are known by the names of their methods.
extension FileLowering {
  /// A call of a method of a lock.
  struct LockCall {
    var method: String
    var operand: NodeID
    /// The fields from the operand to the lock.
    var steps: [Selection.Step]
    /// Whether the type of the lock was not found.
    var isUnresolved = false
    /// The name as a library function, for deferred calls.
    var fullName: String
  }

  private static let lockMethods: Set<String> = ["Lock", "Unlock", "RLock", "RUnlock", "TryLock", "TryRLock"]

  /// The lock method that a call means, promoted ones included.
  func lockCall(_ call: NodeID) -> LockCall? {
    let function = unparenthesized(NodeID(tree[call].a))
    let record = tree[function]
    guard record.kind == .selector, !isPackageName(NodeID(record.a)) else { return nil }
    let method = checker.names.string(tree.name(NodeID(record.b)))
    guard Self.lockMethods.contains(method) else { return nil }
    let operand = NodeID(record.a)
    let standard = "sync.(*\(method.hasPrefix("R") ? "RWMutex" : "Mutex")).\(method)"
    guard let selection = selection(record) else {
      guard tree.list(tree[call].b).isEmpty else { return nil }
      return LockCall(method: method, operand: operand, steps: [], isUnresolved: true, fullName: standard)
    }
    if let owner = mapper.standard(selection.owner) {
      guard selection.kind != .field, owner == "sync.Mutex" || owner == "sync.RWMutex" || owner == "sync.Locker" else {
        return nil
      }
      let fullName = owner == "sync.Locker" ? "\(owner).\(method)" : "sync.(*\(owner.dropFirst(5))).\(method)"
      return LockCall(method: method, operand: operand, steps: selection.steps, fullName: fullName)
    }
    guard selection.kind == .method, tree.list(tree[call].b).isEmpty,
      !package.isAnalysed(checker.objects[selection.method].package)
    else { return nil }
    return LockCall(method: method, operand: operand, steps: selection.steps, fullName: standard)
  }

  /// Where a lock lies. One that is part of an object whose type was not found has no field: the type stands for it.
  func lockPlace(_ lock: LockCall) -> MemoryPath {
    let place = extend(base(lock.operand), lock.steps)
    guard lock.isUnresolved, case .variable(let variable) = place.root, place.fields.isEmpty else { return place }
    let type = scope.type(variable).name
    if type == .empty { return place }
    return MemoryPath(place.root, fields: [symbols.intern("\(symbols.name(type)).lock")])
  }

  /// Lowers a call of a lock's method. A deferred or spawned one is a call of the library function with the lock's address.
  func lowerLock(_ lock: LockCall, _ node: NodeID, mode: Call.Mode) -> [VariableID] {
    let place = lockPlace(lock)
    let range = range(node)
    if mode == .direct {
      switch lock.method {
      case "Lock": scope.emit(.lock(scope.path(place), .exclusive), range)
      case "RLock": scope.emit(.lock(scope.path(place), .shared), range)
      case "Unlock": scope.emit(.unlock(scope.path(place), .exclusive), range)
      case "RUnlock": scope.emit(.unlock(scope.path(place), .shared), range)
      default:
        // The result of TryLock is used elsewhere: whether the lock is held stays unknown.
        let result = scope.temporary(ValueType(.plain), range)
        scope.emit(.fresh(into: result, .unknown), range)
        return [result]
      }
      return []
    }
    let address = scope.temporary(ValueType(.managedPointer), self.range(lock.operand))
    scope.emit(.address(into: address, of: scope.path(place)), self.range(lock.operand))
    scope.call(
      Call(
        .library(symbols.intern(lock.fullName)), mode: mode, arguments: [address],
        argumentRanges: [self.range(lock.operand)], results: []), range)
    return []
  }
}
