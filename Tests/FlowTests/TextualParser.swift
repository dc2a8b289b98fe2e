import Findings

@testable import Flow

/// Reads the textual form, see `TextualProgram`.
final class TextualParser {
  var unit: Unit
  let symbols = SymbolTable()
  let text: [UInt8]
  var types: [String: ValueType] = [:]
  var function: Function?
  var names: [String: VariableID] = [:]
  var current = 0
  var line = SourceRange.none
  var tokens: [String] = []
  var position = 0
  var nesting: [Nesting] = []

  struct Nesting {
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

  static func tokenize(_ text: String) -> [String] {
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

  var peek: String? { position < tokens.count ? tokens[position] : nil }
  func take() -> String {
    precondition(position < tokens.count, "line ends early: \(tokens)")
    position += 1
    return tokens[position - 1]
  }
  func accept(_ token: String) -> Bool {
    if peek == token {
      position += 1
      return true
    }
    return false
  }
  func expect(_ token: String) { precondition(accept(token), "expected \(token) in \(tokens) at \(position)") }

  // MARK: Declarations

  func type() -> ValueType {
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

  func parseLine() {
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

  func parseDeclaration(isField: Bool) {
    let name = take()
    expect(":")
    let type = type()
    types[name] = type
    unit.declarations.append(
      Unit.Declaration(
        symbol: symbols.intern(name), displayName: symbols.intern(name), type: type, range: line, isField: isField,
        isInitialized: accept("=")))
  }

  func parseForeign() {
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

  func parseHeader(isClosure: Bool) {
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

  func newBlock() -> Int {
    function!.blocks.append(Block())
    return function!.blocks.count - 1
  }

  func id(_ block: Int) -> BlockID { BlockID(rawValue: Int32(block)) }

  func end(_ terminator: Terminator, next: Int) {
    function!.blocks[current].terminator = terminator
    function!.blocks[current].terminatorRange = line
    current = next
  }

  func emit(_ operation: Operation) {
    function!.blocks[current].instructions.append(Instruction(operation, range: line, statement: line))
  }

  func variable(_ name: String, _ type: ValueType? = nil) -> VariableID {
    if let known = names[name] { return known }
    function!.variables.append(Variable(name: symbols.intern(name), type: type ?? .unknown, range: line))
    let result = VariableID(rawValue: Int32(function!.variables.count - 1))
    names[name] = result
    return result
  }

  func path(_ text: String) -> (PathID, ValueType?) {
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

  func isPlainVariable(_ text: String) -> Bool {
    !text.contains(".") && (names[text] != nil || types[text] == nil)
  }

  func condition() -> Condition {
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
}
