import CLibClang

// What macros stand for. The compiler tells the values of variables, so that each macro among the names that Go mentions gets one, behind the end of the source. Where that does
// not compile, the macro is no constant.

extension CReader {
  private static let probe = "belay_value_of_"

  /// The variables for macros.
  var probes: String {
    wanted.sorted().filter { $0.utf8.allSatisfy { $0 < 0x80 } }.map { name in
      "\n#ifdef \(name)\nstatic const __typeof__(\(name)) \(Self.probe)\(name) = (\(name));\n#endif"
    }.joined() + "\n"
  }

  /// The macro whose value a variable has.
  func macro(ofProbe variable: String) -> String? {
    variable.hasPrefix(Self.probe) ? String(variable.dropFirst(Self.probe.count)) : nil
  }

  /// The value that a variable is declared with.
  func constant(ofVariable cursor: BelayCXCursor) -> CConstant? {
    guard let evaluate = clang.library.evaluate, let result = evaluate(cursor) else { return nil }
    defer { clang.library.disposeEvaluation(result) }
    // Numbers of types and of kinds of values in clang-c/Index.h.
    let type = clang.library.canonicalType(clang.library.cursorType(cursor)).kind
    return switch clang.library.evaluationKind(result) {
    case 1 where (3...20).contains(type) || type == 106: .integer(clang.library.evaluationInteger(result))
    case 2: .float
    case 4: .string
    default: nil
    }
  }

  /// The enumerators of an enumeration.
  func enumerators(_ cursor: BelayCXCursor, into result: inout Result) {
    guard let value = clang.library.enumValue else { return }
    var found: [(String, Int64)] = []
    clang.children(cursor) { child in
      guard child.kind == 7 else { return }
      let name = clang.spelling(child)
      if wanted.contains(name) { found.append((name, value(child))) }
    }
    for (name, value) in found { result.constants[name] = .integer(value) }
  }
}
