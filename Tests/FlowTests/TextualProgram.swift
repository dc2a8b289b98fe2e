import Findings

@testable import Flow

// Programs as text, so that solver and rules are tested without a frontend.
//
//   global registry: map(ptr, plain)            field byHandle: map(uintptr, managed)
//   foreign thing_new allocates thing_free      foreign thing_free frees 0
//   func close(s: managed, p: ptr) -> ptr {     modifiers before `func`: exported, init, test; `closure f of g captures x, y (…) {`
//     v, ok = s.byHandle[k]     s.byHandle[k] = v      delete s.byHandle[k]      clear registry
//     x = C.thing_new()         C.thing_free(x)        defer close(s, x)         go close(s, x)
//     value:f(x)   iface:Name(x)   library:fmt.Println(x)
//     x = s.handle   s.handle = x   x = &s.handle   x = new | make | nil | 0 | 12 | "text" | counter | unknown | received | compute y | func f | uintptr y | pointer y
//     if ok { } else { }        conditions: x, !x, nil x, !nil x, equal x y, ?
//     for k, v in registry { }  loop { }  break  continue  return x  panic  exit  lock s.mu  unlock s.mu  use x  escape x
//   }
//
// Types: ptr, ptr(widget), uintptr, handle, plain, managed, aggregate, error, bool, func, map(K, V), syncmap(K, V).

/// A parsed program and the source map that turns its ranges into lines of the text.
struct TextualProgram {
  var unit: Unit
  let symbols: SymbolTable
  let source: TextualSource

  /// Parses a program. A line that is not understood stops the test.
  init(_ text: String, unit name: String = "example.com/p") {
    let parser = TextualParser(text, unit: name)
    parser.parse()
    unit = parser.unit
    symbols = parser.symbols
    source = TextualSource(text: Array(text.utf8))
  }

  /// The analysis of it.
  var analysis: Analysis { Analysis(units: [unit], symbols: symbols, sourceMap: source) }

  /// The function of a name.
  func function(_ name: String) -> Function { unit.functions.first { $0.symbol == symbols.intern(name) }! }
}

struct TextualSource: SourceMap {
  let text: [UInt8]

  func place(of range: SourceRange) -> Place {
    func position(_ offset: UInt32) -> (line: Int, column: Int) {
      let before = text.prefix(Int(offset))
      let line = before.reduce(1) { $0 + ($1 == 10 ? 1 : 0) }
      let start = before.lastIndex(of: 10).map { $0 + 1 } ?? 0
      return (line, Int(offset) - start + 1)
    }
    guard range.file >= 0 else { return Place(file: "", line: 1, column: 1) }
    let start = position(range.start)
    let end = position(range.end)
    return Place(
      file: "p.ir", line: start.line, column: start.column, endLine: end.line, endColumn: end.column)
  }

  func text(of range: SourceRange) -> String {
    range.file < 0 ? "" : String(decoding: text[Int(range.start)..<Int(range.end)], as: UTF8.self)
  }
}

final class TextualParser {
  var unit: Unit
  let symbols = SymbolTable()
  private let text: [UInt8]
  private var types: [String: ValueType] = [:]
  private var function: Function?
  private var names: [String: VariableID] = [:]
  private var current = 0
  private var line = SourceRange.none
  private var tokens: [String] = []
  private var position = 0
  private var nesting: [Nesting] = []

  private struct Nesting {
    var isLoop: Bool
    var head: Int
    var after: Int
    var otherwise: Int?
  }

  init(_ text: String, unit name: String) {
    self.text = Array(text.utf8)
    unit = Unit(name: symbols.intern(name))
  }

  func parse() {
    var offset = 0
    for part in text.split(separator: 10, omittingEmptySubsequences: false) {
      let raw = String(decoding: part, as: UTF8.self)
      let code = raw.components(before: "//")
      let leading = code.prefix { $0 == " " }.count
      let trimmed = code.trimmed()
      line = SourceRange(
        file: 0, start: UInt32(offset + leading), end: UInt32(offset + leading + trimmed.utf8.count))
      offset += part.count + 1
      tokens = Self.tokenize(trimmed)
      position = 0
      if !tokens.isEmpty { parseLine() }
    }
    precondition(function == nil, "a function is not closed")
  }

  // MARK: Tokens

  private static func tokenize(_ text: String) -> [String] {
    var result: [String] = []
    var word = ""
    var isQuoted = false
    func flush() {
      if !word.isEmpty { result.append(word) }
      word = ""
    }
    for character in text {
      if isQuoted {
        word.append(character)
        if character == "\"" {
          isQuoted = false
          flush()
        }
      } else if character == "\"" {
        flush()
        word = "\""
        isQuoted = true
      } else if character == " " {
        flush()
      } else if "()[]{},=&!?".contains(character)
        || (character == ":" && word != "value" && word != "iface" && word != "library")
      {
        flush()
        result.append(String(character))
      } else {
        word.append(character)
      }
    }
    flush()
    return result
  }

  private var peek: String? { position < tokens.count ? tokens[position] : nil }
  private func take() -> String {
    precondition(position < tokens.count, "line ends early: \(tokens)")
    position += 1
    return tokens[position - 1]
  }
  private func accept(_ token: String) -> Bool {
    if peek == token {
      position += 1
      return true
    }
    return false
  }
  private func expect(_ token: String) { precondition(accept(token), "expected \(token) in \(tokens) at \(position)") }

  // MARK: Declarations

  private func type() -> ValueType {
    let name = take()
    let symbol = symbols.intern(name)
    switch name {
    case "ptr":
      var cType = "thing"
      if accept("(") {
        cType = take()
        expect(")")
      }
      return ValueType(
        .cPointer, name: symbols.intern("*C." + cType), cType: symbols.intern(cType), holdsCPointer: true)
    case "uintptr": return ValueType(.integerAddress, name: symbol, holdsIntegerAddress: true)
    case "handle": return ValueType(.handle, name: symbol)
    case "plain", "bool": return ValueType(.plain, name: symbol)
    case "managed": return ValueType(.managedPointer, name: symbol)
    case "aggregate": return ValueType(.aggregate, name: symbol)
    case "error": return ValueType(.interface, name: symbol)
    case "func": return ValueType(.function, name: symbol)
    case "map", "syncmap":
      expect("(")
      let key = type()
      expect(",")
      let value = type()
      expect(")")
      let index = Int32(unit.mapTypes.count)
      unit.mapTypes.append(MapType(key: key, value: value, isSynchronized: name == "syncmap"))
      return ValueType(
        .map, name: symbol, holdsCPointer: key.holdsCPointer || value.holdsCPointer,
        holdsIntegerAddress: key.holdsIntegerAddress || value.holdsIntegerAddress, mapType: index)
    default: return .unknown
    }
  }

  private func parseLine() {
    if function != nil {
      parseStatement()
      return
    }
    var isExported = false
    var isInitializer = false
    var isTest = false
    while true {
      switch take() {
      case "exported": isExported = true
      case "init": isInitializer = true
      case "test": isTest = true
      case "global": return parseDeclaration(isField: false)
      case "field": return parseDeclaration(isField: true)
      case "foreign": return parseForeign()
      case "implements":
        let method = symbols.intern(take())
        unit.implementations[method] = tokens[position...].map(symbols.intern)
        return
      case let kind where kind == "func" || kind == "closure":
        parseHeader(isClosure: kind == "closure")
        function!.isExportedToC = isExported
        function!.isInitializer = isInitializer
        function!.isTest = isTest
        return
      case let other: preconditionFailure("not understood: \(other) in \(tokens)")
      }
    }
  }

  private func parseDeclaration(isField: Bool) {
    let name = take()
    expect(":")
    let type = type()
    types[name] = type
    unit.declarations.append(
      Unit.Declaration(
        symbol: symbols.intern(name), displayName: symbols.intern(name), type: type, range: line, isField: isField,
        isInitialized: accept("=")))
  }

  private func parseForeign() {
    var result = ForeignFunction(name: take(), confidence: .body, parameters: [])
    while let word = peek {
      position += 1
      switch word {
      case "name": result.confidence = .name
      case "model": result.confidence = .model
      case "allocates":
        result.result = .allocates(release: peek)
        if peek != nil { position += 1 }
      case "output": result.outputs.append(Int(take())!)
      case "whenZero": result.succeeds = .whenZero
      case "whenNonZero": result.succeeds = .whenNonZero
      default:
        let effect = ForeignFunction.Effect(rawValue: word)!
        let index = Int(take())!
        while result.parameters.count <= index { result.parameters.append(nil) }
        result.parameters[index] = effect
      }
    }
    unit.foreignFunctions.append(result)
  }

  private func parseHeader(isClosure: Bool) {
    let name = symbols.intern(take())
    var new = Function(symbol: name, displayName: name, range: line, language: .go)
    names = [:]
    new.blocks = [Block()]
    function = new
    current = 0
    if isClosure {
      expect("of")
      function!.parent = symbols.intern(take())
      let parent = unit.functions.first { $0.symbol == function!.parent }!
      if accept("captures") {
        repeat {
          let captured = take()
          let outer = parent.variables.firstIndex { symbols.name($0.name) == captured }!
          let inner = variable(captured, parent.variables[outer].type)
          function!.captures.append(Capture(outer: VariableID(rawValue: Int32(outer)), inner: inner))
        } while accept(",")
      }
    }
    expect("(")
    while !accept(")") {
      let parameter = take()
      expect(":")
      function!.parameters.append(variable(parameter, type()))
      _ = accept(",")
    }
    if accept("->") {
      repeat { function!.resultTypes.append(type()) } while accept(",")
    }
    expect("{")
  }

  // MARK: Blocks

  private func newBlock() -> Int {
    function!.blocks.append(Block())
    return function!.blocks.count - 1
  }

  private func id(_ block: Int) -> BlockID { BlockID(rawValue: Int32(block)) }

  private func end(_ terminator: Terminator, next: Int) {
    function!.blocks[current].terminator = terminator
    function!.blocks[current].terminatorRange = line
    current = next
  }

  private func emit(_ operation: Operation) {
    function!.blocks[current].instructions.append(Instruction(operation, range: line, statement: line))
  }

  private func variable(_ name: String, _ type: ValueType? = nil) -> VariableID {
    if let known = names[name] { return known }
    function!.variables.append(Variable(name: symbols.intern(name), type: type ?? .unknown, range: line))
    let result = VariableID(rawValue: Int32(function!.variables.count - 1))
    names[name] = result
    return result
  }

  private func path(_ text: String) -> (PathID, ValueType?) {
    var parts: [String] = []
    // A field is named with its type where it is declared so: `s.T.m`.
    for part in text.split(separator: ".").map(String.init) {
      if parts.count > 1, types["\(parts.last!).\(part)"] != nil {
        parts[parts.count - 1] += "." + part
      } else {
        parts.append(part)
      }
    }
    let root: MemoryPath.Root
    if names[parts[0]] == nil, types[parts[0]] != nil {
      root = .global(symbols.intern(parts[0]))
    } else {
      root = .variable(variable(parts[0]))
    }
    let path = MemoryPath(root, fields: parts.dropFirst().map(symbols.intern))
    let index = function!.paths.firstIndex(of: path) ?? function!.paths.count
    if index == function!.paths.count { function!.paths.append(path) }
    let declared =
      types[parts.last!] ?? (parts.count == 1 ? function!.variables[Int(variable(parts[0]).rawValue)].type : nil)
    return (PathID(rawValue: Int32(index)), declared)
  }

  private func isPlainVariable(_ text: String) -> Bool {
    !text.contains(".") && (names[text] != nil || types[text] == nil)
  }

  private func condition() -> Condition {
    let isNegated = accept("!")
    let word = take()
    let kind: Condition.Kind
    switch word {
    case "?": kind = .unknown
    case "nil": kind = .isNil(variable(take()))
    case "equal":
      let left = variable(take())
      kind = .equal(left, variable(take()))
    default: kind = .isTrue(variable(word))
    }
    return Condition(kind, isNegated: isNegated)
  }

  // MARK: Statements

  private func parseStatement() {
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

  private func parseLoop() {
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

  private func parseClose() {
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

  private func parseSimple() {
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

  private func mapAccess(_ kind: MapAccess.Kind) -> MapAccess {
    let (map, type) = path(take())
    expect("[")
    let mapType = type?.mapType ?? -1
    let key = variable(take(), mapType >= 0 ? unit.mapTypes[Int(mapType)].key : nil)
    expect("]")
    return MapAccess(kind, map: map, mapType: mapType, key: key, mapRange: line, keyRange: line)
  }

  private func parseAssignmentOrCall() {
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

  private func parseValue(into target: String) {
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

  private func parseCall(_ mode: Call.Mode, results: [String]) {
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
  fileprivate func components(before marker: String) -> String {
    var index = startIndex
    while index < endIndex {
      if self[index...].hasPrefix(marker) { return String(self[..<index]) }
      index = self.index(after: index)
    }
    return self
  }
  fileprivate func trimmed() -> String {
    var view = Substring(self)
    while view.first == " " { view.removeFirst() }
    while view.last == " " { view.removeLast() }
    return String(view)
  }
}
