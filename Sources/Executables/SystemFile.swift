#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Files that the kernel writes while they are read: they say nothing of their size, and must be read to their end.
public enum SystemFile {
  /// The whole content; nil, with the reason in `errno`, if it cannot be read.
  public static func bytes(_ path: String) -> [UInt8]? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = readBytes(file, &piece, piece.count)
      if count < 0, errno == EINTR { continue }
      if count < 0 { return nil }
      if count == 0 { return bytes }
      bytes += piece[..<count]
    }
  }

  /// The whole content as text; nil, with the reason in `errno`, if it cannot be read.
  public static func text(_ path: String) -> String? { bytes(path).map { String(decoding: $0, as: UTF8.self) } }

  private static func readBytes(_ file: CInt, _ target: UnsafeMutableRawPointer, _ count: Int) -> Int {
    #if canImport(Darwin)
      Darwin.read(file, target, count)
    #elseif canImport(Musl)
      Musl.read(file, target, count)
    #else
      Glibc.read(file, target, count)
    #endif
  }
}
