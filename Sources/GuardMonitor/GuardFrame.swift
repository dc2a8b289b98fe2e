/// A call, with what the program's files say about it.
public struct GuardFrame: Sendable, Equatable, Codable {
  /// The address, within the call.
  public let address: UInt64
  /// The program or library.
  public let module: String?
  /// The function.
  public let function: String?
  /// The source file.
  public let file: String?
  /// The line in the source file, from 1.
  public let line: Int?
}

extension GuardFrame: CustomStringConvertible {
  /// The call as one line: function, place, and the module where there is no place.
  public var description: String {
    let name = function ?? GuardFault.hexadecimal(address)
    if let file { return "\(name)  \(file)\(line.map { ":\($0)" } ?? "")" }
    guard let module else { return name }
    return "\(name)  in \(Self.lastPart(module))"
  }

  /// Whether it is of the code that cgo and the Go runtime put between Go and C.
  var isGlue: Bool {
    guard let function else { return false }
    return function.hasPrefix("runtime.") || function.hasPrefix("_cgo_") || function.contains("._Cfunc_")
      || function.contains("._cgo_")
  }

  /// The function with the last part of its file.
  var shortDescription: String {
    let name = function ?? GuardFault.hexadecimal(address)
    guard let file else { return "`\(name)`" }
    return "`\(name)` (\(Self.lastPart(file))\(line.map { ":\($0)" } ?? ""))"
  }

  private static func lastPart(_ path: String) -> Substring { path.split(separator: "/").last ?? path[...] }
}
