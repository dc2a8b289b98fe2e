import Findings

@testable import Flow

extension TextualParser {
  // MARK: Statements

  func parseStatement() {
    switch peek! {
    case "}": parseClose()
    case "if":
      position += 1
      let question = condition()
      expect("{")
      let then = newBlock()
      let otherwise = newBlock()
      let after = newBlock()
      end(.branch(question, then: id(then), otherwise: id(otherwise)), next: then)
      nesting.append(Nesting(isLoop: false, head: then, after: after, otherwise: otherwise))
    case "loop", "for": parseLoop()
    case "break", "continue":
      let loop = nesting.last { $0.isLoop }!
      end(.jump(id(take() == "break" ? loop.after : loop.head)), next: newBlock())
    case "return":
      position += 1
      var results: [VariableID] = []
      while peek != nil {
        results.append(variable(take()))
        _ = accept(",")
      }
      end(.return(results), next: newBlock())
    case "panic": end(.panic, next: newBlock())
    case "exit": end(.unreachable, next: newBlock())
    default: parseSimple()
    }
  }

  func parseLoop() {
    let head = newBlock()
    let body = newBlock()
    let after = newBlock()
    end(.jump(id(head)), next: head)
    if take() == "loop" {
      expect("{")
      end(.fork([id(body), id(after)]), next: body)
    } else {
      let key = take()
      var value: String?
      if accept(",") { value = take() }
      expect("in")
      let (map, type) = path(take())
      let found = variable("found\(head)", ValueType(.plain))
      let mapType = type?.mapType ?? -1
      var access = MapAccess(
        .next, map: map, mapType: mapType, key: variable(key, mapType >= 0 ? unit.mapTypes[Int(mapType)].key : nil),
        found: found, mapRange: line)
      access.value = value.map { variable($0, mapType >= 0 ? unit.mapTypes[Int(mapType)].value : nil) }
      emit(.map(access))
      end(.branch(Condition(.isTrue(found)), then: id(body), otherwise: id(after)), next: body)
    }
    nesting.append(Nesting(isLoop: true, head: head, after: after, otherwise: nil))
  }

  func parseClose() {
    position += 1
    guard let inner = nesting.popLast() else {
      if case .unreachable = function!.blocks[current].terminator, function!.resultTypes.isEmpty {
        end(.return([]), next: current)
      }
      unit.functions.append(function!)
      function = nil
      return
    }
    if inner.isLoop {
      end(.jump(id(inner.head)), next: inner.after)
    } else if accept("else") {
      end(.jump(id(inner.after)), next: inner.otherwise!)
      nesting.append(Nesting(isLoop: false, head: inner.otherwise!, after: inner.after, otherwise: nil))
    } else {
      end(.jump(id(inner.after)), next: inner.after)
      if let otherwise = inner.otherwise { function!.blocks[otherwise].terminator = .jump(id(inner.after)) }
    }
  }

  func parseSimple() {
    switch peek! {
    case "lock", "unlock", "rlock", "runlock":
      let word = take()
      let (path, _) = path(take())
      let mode: LockMode = word.hasPrefix("r") ? .shared : .exclusive
      emit(word.hasSuffix("unlock") ? .unlock(path, mode) : .lock(path, mode))
    case "use":
      position += 1
      emit(.use(variable(take())))
    case "escape":
      position += 1
      emit(.escape(variable(take())))
    case "delete":
      position += 1
      var access = mapAccess(.delete)
      if accept("=") {
        access.value = variable(take())
        access.isConditional = true
      }
      emit(.map(access))
    case "clear":
      position += 1
      let (map, type) = path(take())
      emit(.map(MapAccess(.clear, map: map, mapType: type?.mapType ?? -1, mapRange: line)))
    case "defer":
      position += 1
      parseCall(.deferred, results: [])
    case "go":
      position += 1
      parseCall(.spawned, results: [])
    default: parseAssignmentOrCall()
    }
  }

  func mapAccess(_ kind: MapAccess.Kind) -> MapAccess {
    let (map, type) = path(take())
    expect("[")
    let mapType = type?.mapType ?? -1
    let key = variable(take(), mapType >= 0 ? unit.mapTypes[Int(mapType)].key : nil)
    expect("]")
    return MapAccess(kind, map: map, mapType: mapType, key: key, mapRange: line, keyRange: line)
  }

  func parseAssignmentOrCall() {
    guard let equals = tokens.firstIndex(of: "=") else { return parseCall(.direct, results: []) }
    if tokens[equals - 1] == "]" {
      var access = mapAccess(.store)
      expect("=")
      access.value = variable(take())
      emit(.map(access))
      return
    }
    var targets: [String] = []
    repeat { targets.append(take()) } while accept(",")
    expect("=")
    if tokens.last == ")", tokens[equals + 1] != "make" { return parseCall(.direct, results: targets) }
    if tokens.last == "]" {
      var access = mapAccess(accept("take") ? .loadAndDelete : .load)
      access.value = variable(targets[0], access.mapType >= 0 ? unit.mapTypes[Int(access.mapType)].value : nil)
      if targets.count > 1 { access.found = variable(targets[1], ValueType(.plain)) }
      emit(.map(access))
      return
    }
    parseValue(into: targets[0])
  }

  func parseValue(into target: String) {
    if !isPlainVariable(target) {
      let (path, _) = path(target)
      let word = take()
      let source: VariableID
      if word == "make" || word == "nil" {
        source = variable("\(word)\(position)\(function!.variables.count)")
        emit(word == "make" ? .mapMake(into: source) : .constant(into: source, .nil))
      } else {
        source = variable(word)
      }
      emit(.store(to: path, from: source))
      return
    }
    let word = take()
    func into(_ type: ValueType? = nil) -> VariableID { variable(target, type) }
    switch word {
    case "&":
      let (path, _) = path(take())
      emit(.address(into: into(ValueType(.managedPointer)), of: path))
    case "new": emit(.fresh(into: into(ValueType(.managedPointer)), .managed))
    case "make":
      emit(.mapMake(into: into(peek == nil ? nil : type())))
    case "nil": emit(.constant(into: into(), .nil))
    case "true": emit(.constant(into: into(), .true))
    case "false": emit(.constant(into: into(), .false))
    case "counter": emit(.fresh(into: into(), .counter))
    case "unknown": emit(.fresh(into: into(), .unknown))
    case "received": emit(.fresh(into: into(), .received))
    case "func": emit(.fresh(into: into(ValueType(.function)), .function(symbols.intern(take()))))
    case "compute":
      let operands = tokens[position...].map { variable($0) }
      emit(.compute(into: into(), from: operands))
    case "uintptr":
      let from = variable(take())
      emit(.convert(into: into(ValueType(.integerAddress)), from: from, .pointerToInteger))
    case "pointer":
      let from = variable(take())
      emit(.convert(into: into(function!.variables[Int(from.rawValue)].type), from: from, .pointer))
    default:
      if word.hasPrefix("\"") {
        emit(.constant(into: into(), .string(symbols.intern(word))))
      } else if let number = Int64(word) {
        emit(.constant(into: into(), .integer(number)))
      } else if isPlainVariable(word) {
        let from = variable(word)
        emit(.copy(into: into(function!.variables[Int(from.rawValue)].type), from: from))
      } else {
        let (path, type) = path(word)
        emit(.load(into: into(type), from: path))
      }
    }
  }

  func parseCall(_ mode: Call.Mode, results: [String]) {
    let name = take()
    expect("(")
    var arguments: [VariableID] = []
    while !accept(")") {
      arguments.append(variable(take()))
      _ = accept(",")
    }
    let callee: Call.Callee
    var resultType: ValueType?
    if name.hasPrefix("C.") {
      let symbol = String(name.dropFirst(2))
      callee = .foreign(symbols.intern(symbol))
      if let known = unit.foreignFunctions.first(where: { $0.name == symbol }), case .allocates = known.result {
        resultType = ValueType(
          .cPointer, name: symbols.intern("*C.thing"), cType: symbols.intern("thing"), holdsCPointer: true)
      }
    } else if name.hasPrefix("value:") {
      callee = .value(variable(String(name.dropFirst(6))))
    } else if name.hasPrefix("iface:") {
      callee = .interfaceMethod(symbols.intern(String(name.dropFirst(6))))
    } else if name.hasPrefix("library:") {
      callee = .library(symbols.intern(String(name.dropFirst(8))))
    } else {
      callee = .function(symbols.intern(name))
    }
    function!.calls.append(
      Call(
        callee, mode: mode, arguments: arguments, argumentRanges: arguments.map { _ in line },
        results: results.map { variable($0, resultType) }))
    emit(.call(Int32(function!.calls.count - 1)))
  }
}

extension String {
  func components(before marker: String) -> String {
    var index = startIndex
    while index < endIndex {
      if self[index...].hasPrefix(marker) { return String(self[..<index]) }
      index = self.index(after: index)
    }
    return self
  }
  func trimmed() -> String {
    var view = Substring(self)
    while view.first == " " { view.removeFirst() }
    while view.last == " " { view.removeLast() }
    return String(view)
  }
}
