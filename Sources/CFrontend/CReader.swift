import CLibClang
import Foundation

/// Reads one translation unit with libclang.
struct CReader {
  // Numbers of cursor kinds in clang-c/Index.h.
  private enum Cursor {
    static let structDeclaration = 2, unionDeclaration = 3, enumDeclaration = 5, fieldDeclaration = 6, function = 8
    static let variable = 9, typedefDeclaration = 20
  }

  let clang: LibClang
  /// The C names that Go mentions; only their signatures are kept.
  let wanted: Set<String>

  /// What was found in a unit.
  struct Result {
    var functions: [CFunction] = []
    var results: [String: String] = [:]
    var variables: [String: String] = [:]
    var fields: [String: [String: String]] = [:]
    var typeNames: Set<String> = []
    var constants: [String: CConstant] = [:]
  }

  /// Parses source text as C and reads its functions and declarations. What does not parse is left out, as the compiler does.
  /// Nil when the source cannot be read at all.
  func read(_ source: String, path: String, options: [String]) -> Result? {
    guard NestingScan.isParsable(source) else { return nil }
    return DeepStack.run { readHere(source + probes, path: path, options: options) }
  }

  private func readHere(_ source: String, path: String, options: [String]) -> Result? {
    var result = Result()
    guard let index = clang.library.createIndex(0, 0) else { return nil }
    defer { clang.library.disposeIndex(index) }
    // A language version that this compiler does not know makes it refuse the whole source; the code is read without it then.
    let plain = options.filter { !$0.hasPrefix("-std=") }
    var unit = parse(source, path: path, options: options, index: index)
    if unit == nil, plain != options { unit = parse(source, path: path, options: plain, index: index) }
    guard let unit else { return nil }
    defer { clang.library.disposeUnit(unit) }
    clang.children(clang.library.unitCursor(unit)) { declaration($0, into: &result) }
    return result
  }

  private func parse(
    _ source: String, path: String, options: [String], index: UnsafeMutableRawPointer
  ) -> UnsafeMutableRawPointer? {
    let arguments = ["-x", "c", "-w", "-ferror-limit=0"] + clang.resourceOptions + options
    var unit: UnsafeMutableRawPointer?
    withCStrings(arguments) { arguments in
      path.withCString { path in
        var text = source
        text.withUTF8 { bytes in
          bytes.withMemoryRebound(to: CChar.self) { bytes in
            var file = BelayCXUnsavedFile(name: path, contents: bytes.baseAddress, length: UInt(bytes.count))
            // 0x200: go on after a missing header.
            _ = clang.library.parse(
              index, path, arguments.baseAddress, Int32(arguments.count - 1), &file, 1, 0x200, &unit)
          }
        }
      }
    }
    return unit
  }

  private func withCStrings(_ strings: [String], _ body: (UnsafeBufferPointer<UnsafePointer<CChar>?>) -> Void) {
    let copies = strings.map { strdup($0) }
    defer { copies.forEach { free($0) } }
    (copies.map { $0.map { UnsafePointer($0) } } + [nil]).withUnsafeBufferPointer(body)
  }

  private func declaration(_ cursor: BelayCXCursor, into result: inout Result) {
    switch Int(cursor.kind) {
    case Cursor.function:
      let name = clang.spelling(cursor)
      if wanted.contains(name) {
        result.results[name] = notation(clang.library.resultType(clang.library.cursorType(cursor)), depth: 0)
      }
      let isOwn = clang.library.isInSystemHeader(clang.library.location(cursor)) == 0
      if isOwn, clang.library.isDefinition(cursor) != 0, let function = function(cursor, name) {
        result.functions.append(function)
      }
    case Cursor.variable:
      let name = clang.spelling(cursor)
      if let macro = macro(ofProbe: name) {
        if let constant = constant(ofVariable: cursor) { result.constants[macro] = constant }
        return
      }
      if wanted.contains(name) { result.variables[name] = notation(clang.library.cursorType(cursor), depth: 0) }
    case Cursor.structDeclaration, Cursor.unionDeclaration:
      let name = (Int(cursor.kind) == Cursor.structDeclaration ? "struct_" : "union_") + clang.spelling(cursor)
      result.typeNames.insert(name)
      if wanted.contains(name) || clang.library.isInSystemHeader(clang.library.location(cursor)) == 0 {
        fields(cursor, name, into: &result)
      }
    case Cursor.enumDeclaration:
      result.typeNames.insert("enum_" + clang.spelling(cursor))
      enumerators(cursor, into: &result)
    case Cursor.typedefDeclaration:
      let name = clang.spelling(cursor)
      guard wanted.contains(name) else { return }
      result.typeNames.insert(name)
      let declared = clang.library.typeDeclaration(clang.library.canonicalType(clang.library.cursorType(cursor)))
      if Int(declared.kind) == Cursor.structDeclaration || Int(declared.kind) == Cursor.unionDeclaration {
        fields(declared, name, into: &result)
      }
    default: break
    }
  }

  private func fields(_ cursor: BelayCXCursor, _ name: String, into result: inout Result) {
    guard result.fields[name] == nil else { return }
    var found: [String: String] = [:]
    clang.children(cursor) { field in
      guard Int(field.kind) == Cursor.fieldDeclaration else { return }
      var fieldName = clang.spelling(field)
      // Names that Go reserves get an underscore in front.
      if Self.goKeywords.contains(fieldName) { fieldName = "_" + fieldName }
      found[fieldName] = notation(clang.library.cursorType(field), depth: 0)
    }
    if !found.isEmpty { result.fields[name] = found }
  }

  private static let goKeywords: Set<String> = [
    "type", "func", "range", "map", "chan", "select", "package", "import", "interface", "var", "go", "defer",
    "fallthrough",
  ]

  // MARK: Types

  /// A type as cgo names it in Go.
  private func notation(_ type: BelayCXType, depth: Int) -> String {
    if depth > 8 { return "" }
    // Numbers of type kinds in clang-c/Index.h.
    switch type.kind {
    case 2: return ""
    case 101:
      let pointee = clang.library.pointeeType(type)
      let canonical = clang.library.canonicalType(pointee)
      if canonical.kind == 2 { return "unsafe.Pointer" }
      if canonical.kind == 110 || canonical.kind == 111 { return "*[0]byte" }
      let inner = notation(pointee, depth: depth + 1)
      return inner.isEmpty ? "unsafe.Pointer" : "*" + inner
    case 112:
      let element = notation(clang.library.arrayElementType(type), depth: depth + 1)
      return "[\(clang.library.arraySize(type))]\(element)"
    case 114: return "*" + notation(clang.library.arrayElementType(type), depth: depth + 1)
    case 107: return "C." + clang.spelling(clang.library.typeDeclaration(type))
    case 105:
      let declared = clang.library.typeDeclaration(type)
      return (Int(declared.kind) == Cursor.unionDeclaration ? "C.union_" : "C.struct_") + clang.spelling(declared)
    case 106: return "C.enum_" + clang.spelling(clang.library.typeDeclaration(type))
    case 119: return notation(clang.library.namedType(type), depth: depth + 1)
    case 3: return "C._Bool"
    case 4, 13: return "C.char"
    case 5: return "C.uchar"
    case 14: return "C.schar"
    case 8: return "C.ushort"
    case 9: return "C.uint"
    case 10: return "C.ulong"
    case 11: return "C.ulonglong"
    case 16: return "C.short"
    case 17: return "C.int"
    case 18: return "C.long"
    case 19: return "C.longlong"
    case 21: return "C.float"
    case 22: return "C.double"
    default: return ""
    }
  }
}
