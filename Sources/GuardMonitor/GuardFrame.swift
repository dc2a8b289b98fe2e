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
