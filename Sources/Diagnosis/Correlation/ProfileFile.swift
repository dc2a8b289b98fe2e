import Foundation
import PprofFormat
import ProcessImage

/// What a file says of a program's memory at one time: a heap profile, or the maps as `belay watch` and `belay inspect` saw them.
public struct ProfileFile: Sendable {
  /// A form, told by the content.
  public enum Form: String, Codable, Sendable {
    /// pprof's protobuf form, compressed or not.
    case protobuf
    /// The text of `debug=1`.
    case text
    /// JSON of `belay watch` or `belay inspect`.
    case maps
  }

  /// What one function or map type has in use.
  public struct Use: Sendable, Equatable {
    /// Bytes.
    public var bytes = 0.0
    /// Objects or entries.
    public var objects = 0.0
  }

  /// Where it was read from.
  public let path: String
  /// Its form.
  public let form: Form
  /// When it was taken, in nanoseconds since 1970; nil where it does not say.
  public internal(set) var time: Int64?
  /// The last cycle that had ended, where it says so itself.
  public internal(set) var cycle: Int?
  /// When cycles ended, by their numbers, in nanoseconds since 1970, where it says so.
  public internal(set) var cycleEnds: [Int: Int64] = [:]
  /// What is in use by the function that asked for it: the innermost that is not the runtime's own.
  public internal(set) var functions: [String: Use] = [:]
  /// What is in use by map type.
  public internal(set) var mapTypes: [String: Use] = [:]
  /// All that is in use.
  public internal(set) var total = Use()

  /// No profile is larger than this, compressed or not.
  static let sizeLimit: UInt64 = 1 << 30

  init(path: String, form: Form) {
    self.path = path
    self.form = form
  }

  /// Reads a file. One of `belay watch` gives a profile for each of its lines.
  public static func read(path: String) throws(ImageFailure) -> [ProfileFile] {
    let block = try ByteBlock(contentsOf: path, limit: sizeLimit)
    return try read(block.bytes, path: path)
  }

  /// Reads the bytes of a file that is not compressed.
  static func read(_ bytes: UnsafeRawBufferPointer, path: String) throws(ImageFailure) -> [ProfileFile] {
    if bytes.starts(with: "heap profile:".utf8) { return [ProfileFile(text: bytes, path: path)] }
    if bytes.first == UInt8(ascii: "{") { return try maps(bytes, path: path) }
    guard !bytes.isEmpty, let message = try? PprofProfile(serializedBytes: Data(bytes)) else {
      throw ImageFailure(
        "cannot read \(path)", bytes.isEmpty ? "it is empty" : "it is no heap profile, or it is cut off",
        "give a heap profile as pprof keeps it or as debug=1 writes it, or the JSON lines of 'belay watch'")
    }
    return [try ProfileFile(message, path: path)]
  }

  /// Whether a function belongs to Go's runtime, so that who called it is who asked for memory.
  static func isRuntime(_ function: some StringProtocol) -> Bool {
    function.hasPrefix("runtime.") || function.hasPrefix("internal/runtime/")
  }

  mutating func add(_ use: Use, function: String) {
    functions[function, default: Use()].bytes += use.bytes
    functions[function, default: Use()].objects += use.objects
    total.bytes += use.bytes
    total.objects += use.objects
  }
}
