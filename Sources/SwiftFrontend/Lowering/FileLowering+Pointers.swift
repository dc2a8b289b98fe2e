import Flow
import SwiftSyntax

/// What the standard library does with pointers: allocation, conversion, loans, `Unmanaged`.
extension FileLowering {
  /// A call of one of `RuntimeFunctions`.
  private func runtime(
    _ name: String, _ arguments: [VariableID], _ type: SwiftType, _ place: SourceRange
  ) -> Value {
    let result = scope.temporary(mapper.value(type), place)
    scope.call(
      Call(
        .foreign(symbols.intern(name)), arguments: arguments, argumentRanges: arguments.map { _ in place },
        results: [result]), place)
    return Value(id: result, type: type)
  }

  // MARK: Constructors

  /// `UnsafeMutablePointer<T>(p)`, `OpaquePointer(p)`, `UnsafeRawPointer(bitPattern: n)`, `Unmanaged(…)`.
  func pointer(
    _ type: SwiftType, _ given: [Argument], _ node: FunctionCallExprSyntax, _ place: SourceRange
  ) -> Value {
    guard let first = given.first else { return unknown(place, type) }
    if first.label == "bitPattern" {
      return converted(value(first.expression), to: .optional(type), .integerToPointer, place)
    }
    if let address = first.expression.as(InOutExprSyntax.self) {
      // The pointer is good for this call only.
      if let (path, _) = self.place(address.expression), Self.isLocal(path) {
        let loan = unknown(place, type)
        endLoan(loan, RuntimeFunctions.conversion, place)
        return loan
      }
      return converted(value(first.expression), to: type, .pointer, place)
    }
    let source = value(first.expression)
    for other in given.dropFirst() { _ = value(other.expression) }
    return converted(source, to: typed(type, like: source.type), .pointer, place)
  }

  private static func isLocal(_ path: MemoryPath) -> Bool {
    if case .variable = path.root { return path.fields.isEmpty }
    return false
  }

  /// `UnsafePointer(p)` points at what `p` points at.
  private func typed(_ type: SwiftType, like source: SwiftType) -> SwiftType {
    guard case .pointer(let name, .unknown) = type, case .pointer(_, let pointee) = source.unwrapped else {
      return type
    }
    return .pointer(name, pointee)
  }

  /// Types whose initializers say what becomes of an address.
  func specialConstruction(
    _ type: SwiftType, _ given: [Argument], _ node: FunctionCallExprSyntax, _ place: SourceRange
  ) -> Value? {
    guard case .nominal(let name, _) = type else { return nil }
    let first = given.first
    switch name {
    case "UInt", "Int":
      guard let first, first.label == "bitPattern" else { return nil }
      // The integer is the address all the same.
      let address = value(first.expression)
      let result = scope.temporary(
        ValueType(.integerAddress, name: symbols.intern(name), holdsIntegerAddress: true), place)
      scope.emit(.convert(into: result, from: address.id, .pointerToInteger), place)
      return Value(id: result, type: type)
    case "String":
      guard let first, first.label == "cString" || first.label == "validatingUTF8" || first.label == "validatingCString"
      else { return nil }
      let text = value(first.expression)
      if text.type.isPointer { scope.emit(.use(text.id), place) }
      return compute([text.id], type, place)
    case "Task", "Thread":
      guard let closure = onlyClosure(node) else { return nil }
      return spawn(closure, node, place)
    default: return nil
    }
  }

  // MARK: Static functions

  func staticPointerCall(
    _ type: SwiftType, _ name: String, _ given: [Argument], _ node: FunctionCallExprSyntax, _ place: SourceRange
  ) -> Value? {
    switch (type, name) {
    case (.pointer, "allocate"):
      for argument in given { _ = value(argument.expression) }
      return runtime(RuntimeFunctions.allocate, [], type, place)
    case (.unmanaged, "passRetained"), (.unmanaged, "passUnretained"):
      guard let first = given.first else { return nil }
      let object = value(first.expression)
      let result: SwiftType = type == .unmanaged(.unknown) ? .unmanaged(object.type) : type
      if name == "passRetained" { return runtime(RuntimeFunctions.passRetained, [object.id], result, place) }
      return converted(object, to: result, .unretained, place)
    case (.unmanaged, "fromOpaque"):
      guard let first = given.first else { return nil }
      return converted(value(first.expression), to: type, .pointer, place)
    default: return nil
    }
  }

  // MARK: Methods

  /// A method of a pointer, a buffer or an `Unmanaged`; nil for another receiver.
  func pointerMethod(
    _ name: String, _ receiver: Value, _ node: FunctionCallExprSyntax, _ place: SourceRange
  ) -> Value? {
    let type = receiver.type.unwrapped
    if case .unmanaged(let object) = type {
      switch name {
      case "toOpaque":
        return converted(receiver, to: .pointer("UnsafeMutableRawPointer", object), .pointer, place)
      case "release", "autorelease": return runtime(RuntimeFunctions.release, [receiver.id], .unknown, place)
      case "retain":
        _ = runtime(RuntimeFunctions.retain, [receiver.id], .unknown, place)
        return receiver
      case "takeRetainedValue":
        return runtime(RuntimeFunctions.takeRetainedValue, [receiver.id], object, place)
      case "takeUnretainedValue":
        scope.emit(.use(receiver.id), place)
        return unknown(place, object)
      default: break
      }
    }
    guard case .pointer(let pointerName, let pointee) = type else { return nil }
    switch name {
    case "deallocate":
      for argument in node.arguments { _ = value(argument.expression) }
      return runtime(RuntimeFunctions.deallocate, [receiver.id], .nominal("Void", []), place)
    case "assumingMemoryBound", "bindMemory":
      var bound = SwiftType.unknown
      if let first = node.arguments.first, let metatype = first.expression.as(MemberAccessExprSyntax.self),
        let base = metatype.base, let written = resolver.writtenType(base, in: context)
      {
        bound = written
      }
      let result = pointerName.contains("Mutable") ? "UnsafeMutablePointer" : "UnsafePointer"
      return converted(receiver, to: .pointer(result, bound), .pointer, place)
    case "withMemoryRebound":
      // The address stays what it is: what outlives the closure does so rightly.
      guard let closure = onlyClosure(node) else { return nil }
      return inline(closure, [receiver], place)
    case "advanced", "successor", "predecessor":
      let steps = node.arguments.map { value($0.expression).id }
      return compute([receiver.id] + steps, receiver.type, place)
    case "hash", "distance": break
    default: scope.emit(.use(receiver.id), place)
    }
    for argument in node.arguments { _ = value(argument.expression) }
    if let closure = onlyClosure(node) { inline(closure, [receiver], place) }
    return unknown(place, name == "move" ? pointee : .unknown)
  }

  // MARK: Loans

  /// Functions that are known by their name: those that lend a pointer, and a few that only convert.
  func specialFunction(
    _ name: String, _ base: ExprSyntax?, _ node: FunctionCallExprSyntax, _ place: SourceRange
  ) -> Value? {
    if RuntimeFunctions.lenders.contains(name), let closure = onlyClosure(node) {
      return lend(name, base, closure, node, place)
    }
    switch name {
    case "withExtendedLifetime", "withoutActuallyEscaping", "autoreleasepool":
      guard let closure = onlyClosure(node) else { return nil }
      let given = node.arguments.filter { !$0.expression.is(ClosureExprSyntax.self) }.map { value($0.expression) }
      let result = inline(closure, given, place)
      for argument in given { scope.emit(.use(argument.id), place) }
      return result
    case "unsafeBitCast", "unsafeDowncast", "numericCast":
      guard base == nil, let first = node.arguments.first else { return nil }
      let inner = value(first.expression)
      var type = SwiftType.unknown
      if let last = node.arguments.last?.expression.as(MemberAccessExprSyntax.self), let base = last.base {
        type = writtenType(base) ?? .unknown
      }
      return converted(inner, to: type, .pointer, place)
    case "withTaskGroup", "withThrowingTaskGroup", "withDiscardingTaskGroup", "withThrowingDiscardingTaskGroup":
      return taskGroup(node, place)
    default: return nil
    }
  }

  private func lend(
    _ name: String, _ base: ExprSyntax?, _ closure: ClosureExprSyntax, _ node: FunctionCallExprSyntax,
    _ place: SourceRange
  ) -> Value? {
    var outlives = false
    if let base {
      let receiver = typeOfBase(base)
      // A buffer's own bytes are lent by whoever owns them.
      if let receiver, receiver.isPointer {
        return inline(closure, [value(base)], place)
      }
      // A method of that name that the program declares itself.
      if let declared = receiver.flatMap({ declaration(of: $0) }), !table.functions(name, of: declared).isEmpty {
        return nil
      }
      if receiver == nil { _ = value(base) }
    } else if let first = node.arguments.first, first.label?.text != "closure" {
      let lent = first.expression.as(InOutExprSyntax.self)?.expression ?? first.expression
      if let (path, _) = self.place(lent) {
        // What a global holds stays where it is; of an object's properties that is true in practice, without being promised.
        outlives = !Self.isLocal(path)
      } else {
        _ = value(first.expression)
      }
    }
    let buffer = name.contains("Bytes") || name.contains("Buffer") || name.contains("Storage") || name == "withUTF8"
    let lentName = name.contains("Raw") || name.contains("Bytes") ? "UnsafeMutableRaw" : "UnsafeMutable"
    let loan = unknown(place, .pointer(lentName + (buffer ? "BufferPointer" : "Pointer"), .unknown))
    let count = max(1, parameterCount(closure))
    let cleanups = scope.cleanups.count
    if !outlives {
      scope.cleanups.append(FunctionScope.Cleanup { [self] in endLoan(loan, name, place) })
    }
    let result = inline(closure, [loan] + (1..<max(count, 1)).map { _ in unknown(place) }, place)
    scope.popCleanups(to: cleanups)
    return result
  }
}
