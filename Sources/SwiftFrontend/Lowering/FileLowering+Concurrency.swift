import Flow
import SwiftSyntax

/// Locks, queues and tasks.
extension FileLowering {
  /// A method of a lock or queue, or one that starts something; nil for another receiver.
  func concurrentCall(
    _ name: String, _ base: ExprSyntax, _ node: FunctionCallExprSyntax, _ place: SourceRange
  ) -> Value? {
    switch name {
    case "lock", "unlock", "tryLock", "try", "wait", "signal":
      guard node.arguments.isEmpty, let lock = lockPlace(base) else { return nil }
      switch name {
      case "lock", "wait": scope.emit(.lock(scope.path(lock), .exclusive), place)
      case "unlock", "signal": scope.emit(.unlock(scope.path(lock), .exclusive), place)
      default:
        // Whether it is held afterwards nobody knows.
        scope.emit(.lock(scope.path(lock), .exclusive), place)
        return unknown(place, .nominal("Bool", []))
      }
      return constant(.other, .nominal("Void", []), place)
    case "withLock", "withLockUnchecked", "withLockVoid", "withLockedValue", "withCriticalRegion", "synchronized",
      "sync", "withReaderLock", "withWriterLock", "withLockIfAvailable", "withValue", "read", "write":
      guard let closure = onlyClosure(node), let lock = lockPlace(base) else { return nil }
      return locked(lock, typeOfBase(base), closure, node, place)
    case "async", "asyncAfter", "asyncAndWait":
      guard let closure = onlyClosure(node) else { return nil }
      for argument in node.arguments where !argument.expression.is(ClosureExprSyntax.self) {
        _ = value(argument.expression)
      }
      return spawn(closure, node, place, queue: queuePlace(base))
    case "addTask", "addTaskUnlessCancelled":
      guard let closure = onlyClosure(node) else { return nil }
      return spawn(closure, node, place)
    default: return nil
    }
  }

  /// The place of what is a lock, by its type, or by its name where the type is not known.
  private func lockPlace(_ base: ExprSyntax) -> MemoryPath? {
    let type = typeOfBase(base)?.unwrapped
    if case .nominal(let name, _)? = type {
      if name == "DispatchQueue" { return queuePlace(base) }
      guard SwiftType.lockNames.contains(name) || name.hasSuffix("Lock") || name.hasSuffix("Mutex") else { return nil }
      // A lock that the program itself declares is followed through its own methods, unless it only has one.
      return place(base)?.0
    }
    guard type == nil || type == .unknown else { return nil }
    let written = base.trimmedDescription.lowercased()
    guard written.count < 80, written.hasSuffix("lock") || written.hasSuffix("mutex") || written.hasSuffix("queue")
    else { return nil }
    return place(base)?.0 ?? MemoryPath(.global(symbols.intern("\(context.module).\(context.type).\(written)")))
  }

  /// What a serial queue guards: the queue is the lock. The main queue is the main actor's.
  private func queuePlace(_ base: ExprSyntax) -> MemoryPath? {
    let written = base.trimmedDescription
    if written == "DispatchQueue.main" || written.hasPrefix("MainActor") {
      return MemoryPath(.global(symbols.intern("MainActor")))
    }
    if written.hasPrefix("DispatchQueue.global") || written.hasPrefix("DispatchQueue(") { return nil }
    return place(base)?.0
  }

  private func locked(
    _ lock: MemoryPath, _ type: SwiftType?, _ closure: ClosureExprSyntax, _ node: FunctionCallExprSyntax,
    _ place: SourceRange
  ) -> Value {
    for argument in node.arguments where !argument.expression.is(ClosureExprSyntax.self) {
      _ = value(argument.expression)
    }
    var state = SwiftType.unknown
    if case .nominal(_, let arguments)? = type?.unwrapped, let first = arguments.first { state = first }
    let cleanups = scope.cleanups.count
    hold(lock, place)
    let content = MemoryPath(
      lock.root, fields: lock.fields + [symbols.intern("\(TypeMapper.text(type ?? .unknown)).value")])
    let result = inline(closure, bindings: [.place(content, state)], place)
    scope.popCleanups(to: cleanups)
    return result
  }

  // MARK: Tasks

  /// Something runs on its own: a task, a block on a queue, a thread.
  func spawn(
    _ closure: ClosureExprSyntax?, _ node: FunctionCallExprSyntax, _ place: SourceRange, queue: MemoryPath? = nil
  ) -> Value {
    for argument in node.arguments where !argument.expression.is(ClosureExprSyntax.self) {
      _ = value(argument.expression)
    }
    guard let closure else {
      for argument in node.arguments { scope.emit(.escape(value(argument.expression).id), place) }
      return unknown(place)
    }
    let isDetached = node.calledExpression.trimmedDescription.contains("detached")
    let isTask = node.calledExpression.as(DeclReferenceExprSyntax.self)?.baseName.text == "Task"
    // A task that is not detached runs where its function does.
    let keepsActor = isTask && !isDetached
    let function = isolatedClosure(closure, queue: queue, keepsActor: keepsActor)
    scope.call(
      Call(.value(function.id), mode: .spawned, arguments: [], argumentRanges: [], results: []), place)
    return fresh(.nominal("Task", []), place)
  }

  /// A closure that holds what isolates it: its queue, or the actor around it.
  private func isolatedClosure(_ node: ClosureExprSyntax, queue: MemoryPath?, keepsActor: Bool) -> Value {
    let isOnMain =
      node.signature?.attributes.trimmedDescription.contains("@MainActor") == true
      || keepsActor && owner?.globalActor == "MainActor"
    if isOnMain {
      pendingIsolation = MemoryPath(.global(symbols.intern("MainActor")))
    } else if let queue {
      pendingIsolation = queue
    } else if keepsActor, let owner, owner.kind == .actor {
      pendingActor = symbols.intern("\(owner.module).\(owner.name).isolation")
    }
    defer {
      pendingIsolation = nil
      pendingActor = nil
    }
    return closure(node)
  }

  /// `DispatchQueue.concurrentPerform`: the closure runs several times at once, and all are done when the call returns.
  func repeated(_ closure: ClosureExprSyntax?, _ node: FunctionCallExprSyntax, _ place: SourceRange) -> Value {
    for argument in node.arguments where !argument.expression.is(ClosureExprSyntax.self) {
      _ = value(argument.expression)
    }
    guard let closure else { return unknown(place) }
    let (head, inside, after) = (scope.newBlock(), scope.newBlock(), scope.newBlock())
    let function = self.closure(closure)
    scope.jump(head, place)
    scope.start(head)
    scope.end(.fork([inside, after]), place)
    scope.start(inside)
    scope.call(Call(.value(function.id), mode: .spawned, arguments: [], argumentRanges: [], results: []), place)
    scope.jump(head, place)
    scope.start(after)
    join(place)
    return constant(.other, .nominal("Void", []), place)
  }

  /// `withTaskGroup`: its tasks have ended when it returns.
  func taskGroup(_ node: FunctionCallExprSyntax, _ place: SourceRange) -> Value {
    for argument in node.arguments where !argument.expression.is(ClosureExprSyntax.self) {
      _ = value(argument.expression)
    }
    guard let closure = onlyClosure(node) else { return unknown(place) }
    let group = fresh(.nominal("TaskGroup", []), place)
    let result = inline(closure, [group], place)
    join(place)
    return result
  }

  private func join(_ place: SourceRange) {
    let done = scope.temporary(ValueType(.plain), place)
    scope.emit(.fresh(into: done, .received), place)
  }
}
