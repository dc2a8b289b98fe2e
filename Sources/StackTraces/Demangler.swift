#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The names of functions as their source has them.
enum Demangler {
  private typealias Demangle =
    @convention(c) (
      UnsafePointer<CChar>?, Int, UnsafeMutablePointer<CChar>?, UnsafeMutablePointer<Int>?, UInt32
    ) -> UnsafeMutablePointer<CChar>?

  /// `swift_demangle` of the Swift runtime, which every Swift program has.
  private static let demangleSwift: Demangle? = ProcessSymbols.address(of: "swift_demangle").map {
    // The type that the runtime's header (swift/Demangling/Demangle.h) gives it.
    unsafeBitCast($0, to: Demangle.self)
  }

  /// What the source calls a function; names of other languages stay as they are.
  static func demangle(_ name: String) -> String {
    guard name.hasPrefix("$s") || name.hasPrefix("$S"), let demangleSwift,
      let result = demangleSwift(name, name.utf8.count, nil, nil, 0)
    else { return name }
    // The runtime allocates the result with malloc.
    defer { free(result) }
    return withoutDiscriminators(String(cString: result))
  }

  /// Writes what is private to a file, `(name in _0123…)`, as `name`.
  private static func withoutDiscriminators(_ name: String) -> String {
    var result = ""
    var rest = name[...]
    while let mark = rest.firstRange(of: " in _"), let end = rest[mark.upperBound...].firstIndex(of: ")"),
      rest[mark.upperBound..<end].allSatisfy(\.isHexDigit), let start = rest[..<mark.lowerBound].lastIndex(of: "(")
    {
      result += rest[..<start] + rest[rest.index(after: start)..<mark.lowerBound]
      rest = rest[rest.index(after: end)...]
    }
    return result + rest
  }
}
