import CFrontend
import Flow

/// What a package's own C code declares, and what is known of other C functions.
struct ForeignCode: Sendable {
  /// The functions that the package's C code defines.
  var functions: [String: ForeignFunction] = [:]
  /// The result types of C functions, as the C frontend writes them: `*C.char`.
  var results: [String: String] = [:]
  var knowledge: any ForeignKnowledge

  /// Nothing but what is known everywhere.
  init(knowledge: any ForeignKnowledge) { self.knowledge = knowledge }

  /// What the C code of a package adds.
  init(_ package: CPackage, knowledge: any ForeignKnowledge) {
    self.knowledge = knowledge
    functions = Dictionary(package.functions.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    results = package.results
  }

  /// What is known of a function by its own C code or a model; by its name only where nothing else is known.
  func function(_ name: String) -> ForeignFunction? { functions[name] ?? knowledge.function(named: name) }

  /// Whether a name is one of C's for certain: the package's C code declares it, or a model describes it.
  func isKnown(_ name: String) -> Bool {
    if functions[name] != nil || results[name] != nil { return true }
    return knowledge.function(named: name).map { $0.confidence != .name } ?? false
  }

  /// Whether a name that no Swift source declares is one of C's.
  ///
  /// - Parameter takesClosure: Whether it is given a closure, as functions of Swift often are.
  func isForeign(_ name: String, takesClosure: Bool = false) -> Bool {
    if isKnown(name) { return true }
    // Otherwise what is written as C writes names, and is none of the few functions of Swift's own library.
    if takesClosure, !name.contains("_") { return false }
    return !Self.standardNames.contains(name) && !name.contains { $0.isUppercase && !name.contains("_") }
  }

  /// Free functions of Swift's library whose names are a word in lower case.
  private static let standardNames: Set<String> = [
    "print", "min", "max", "abs", "swap", "zip", "stride", "sequence", "type", "assert", "precondition", "dump",
    "repeat",
    "autoreleasepool", "withUnsafePointer", "numericCast", "transcode", "exchange", "expect",
  ]

  /// The type of what a function returns.
  func result(_ name: String) -> SwiftType {
    if let written = results[name] { return Self.type(written) }
    if case .allocates? = function(name)?.result { return .pointer("OpaquePointer", .unknown) }
    return .unknown
  }

  private static func type(_ notation: String) -> SwiftType {
    switch notation {
    case "": return .nominal("Void", [])
    case "unsafe.Pointer": return .pointer("UnsafeMutableRawPointer", .unknown)
    case "*C.char", "*C.schar": return .pointer("UnsafeMutablePointer", .nominal("Int8", []))
    default: break
    }
    if notation.hasPrefix("*C.") {
      let name = notation.dropFirst(3)
      let plain = ["struct_", "union_"].first { name.hasPrefix($0) }.map { String(name.dropFirst($0.count)) }
      return .pointer("UnsafeMutablePointer", .nominal(plain ?? String(name), []))
    }
    if notation.hasPrefix("*") { return .pointer("UnsafeMutablePointer", .unknown) }
    return .nominal("Int32", [])
  }
}
