/// Types as Go's own tools write them, with package names in front of declared ones.
extension TypeChecker {
  func string(_ type: TypeID) -> String {
    var text = ""
    write(type, into: &text, depth: 0)
    return text
  }

  private func write(_ type: TypeID, into text: inout String, depth: Int) {
    if depth > 40 {
      text += "…"
      return
    }
    let record = types[type]
    func child(_ word: Int32) { write(TypeID(word), into: &text, depth: depth + 1) }
    switch record.kind {
    case .unknown: text += "invalid type"
    case .basic: text += basicName(record.a)
    case .named, .alias:
      let object = objects[ObjectID(record.a)]
      if object.package >= 0 { text += names.string(declarations.package(object.package).name) + "." }
      text += names.string(object.name)
      writeArguments(types.words(record.b), into: &text, depth: depth)
    case .pointer:
      text += "*"
      child(record.a)
    case .slice:
      text += "[]"
      child(record.a)
    case .array:
      text += record.b < 0 ? "[...]" : "[\(record.b)]"
      child(record.a)
    case .map:
      text += "map["
      child(record.a)
      text += "]"
      child(record.b)
    case .channel:
      let element = types[TypeID(record.a)]
      text += record.b == 1 ? "chan<- " : record.b == 2 ? "<-chan " : "chan "
      let needsParentheses = record.b != 1 && element.kind == .channel && element.b == 2
      if needsParentheses { text += "(" }
      child(record.a)
      if needsParentheses { text += ")" }
    case .structure: writeStructure(types.words(record.a), into: &text, depth: depth)
    case .signature:
      text += "func"
      writeSignature(record, into: &text, depth: depth)
    case .interface: writeInterface(record, into: &text, depth: depth)
    case .tuple:
      text += "("
      for (position, word) in types.words(record.a).enumerated() {
        if position > 0 { text += ", " }
        child(word)
      }
      text += ")"
    case .typeParameter: text += names.string(Name(record.a))
    case .union:
      let terms = types.words(record.a)
      for index in stride(from: 0, to: terms.count, by: 2) {
        if index > 0 { text += " | " }
        if terms[index] == 1 { text += "~" }
        child(terms[index + 1])
      }
    case .foreign: text += "C." + names.string(Name(record.a))
    }
  }

  private func basicName(_ raw: Int32) -> String {
    switch BasicType(rawValue: raw) {
    case .unsafePointer: "unsafe.Pointer"
    case .untypedBool: "untyped bool"
    case .untypedInt: "untyped int"
    case .untypedRune: "untyped rune"
    case .untypedFloat: "untyped float"
    case .untypedComplex: "untyped complex"
    case .untypedString: "untyped string"
    case .untypedNil: "untyped nil"
    case let basic?: "\(basic)"
    case nil: "invalid type"
    }
  }

  private func writeArguments(_ arguments: UnsafeBufferPointer<Int32>, into text: inout String, depth: Int) {
    if arguments.isEmpty { return }
    text += "["
    for (position, argument) in arguments.enumerated() {
      if position > 0 { text += "," }
      write(TypeID(argument), into: &text, depth: depth + 1)
    }
    text += "]"
  }

  private func writeStructure(_ fields: UnsafeBufferPointer<Int32>, into text: inout String, depth: Int) {
    text += "struct{"
    for index in stride(from: 0, to: fields.count, by: 4) {
      if index > 0 { text += "; " }
      if fields[index + 2] == 0 { text += names.string(Name(fields[index])) + " " }
      write(TypeID(fields[index + 1]), into: &text, depth: depth + 1)
      if fields[index + 3] != 0 { text += " " + quoted(GoString.value(of: names.string(Name(fields[index + 3])))) }
    }
    text += "}"
  }

  private func quoted(_ string: String) -> String {
    "\""
      + string.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n").replacing(
        "\t", with: "\\t") + "\""
  }

  private func writeSignature(_ record: TypeTable.Record, into text: inout String, depth: Int) {
    let parameters = types.words(record.a)
    writeTuple(parameters, isVariadic: record.flags.contains(.isVariadic), into: &text, depth: depth)
    let results = types.words(record.b)
    if results.isEmpty { return }
    text += " "
    if results.count == 2 && results[0] == 0 {
      write(TypeID(results[1]), into: &text, depth: depth + 1)
    } else {
      writeTuple(results, isVariadic: false, into: &text, depth: depth)
    }
  }

  private func writeTuple(_ words: UnsafeBufferPointer<Int32>, isVariadic: Bool, into text: inout String, depth: Int) {
    text += "("
    for index in stride(from: 0, to: words.count, by: 2) {
      if index > 0 { text += ", " }
      if words[index] != 0 { text += names.string(Name(words[index])) + " " }
      let type = TypeID(words[index + 1])
      if isVariadic && index == words.count - 2 {
        text += "..."
        write(TypeID(types[types.unaliased(type)].a), into: &text, depth: depth + 1)
      } else {
        write(type, into: &text, depth: depth + 1)
      }
    }
    text += ")"
  }

  private func writeInterface(_ record: TypeTable.Record, into text: inout String, depth: Int) {
    text += "interface{"
    let methods = types.words(record.a)
    var isFirst = true
    for index in stride(from: 0, to: methods.count, by: 2) {
      if !isFirst { text += "; " }
      isFirst = false
      text += names.string(Name(methods[index]))
      writeSignature(types[TypeID(methods[index + 1])], into: &text, depth: depth + 1)
    }
    for embedded in types.words(record.b) {
      if !isFirst { text += "; " }
      isFirst = false
      write(TypeID(embedded), into: &text, depth: depth + 1)
    }
    text += "}"
  }
}
