import Foundation

/// The bytes of a source file at a stable address, with a zero byte behind the last one.
final class SourceBytes: @unchecked Sendable {
  // Unchecked: the bytes are written only in `init`.
  private let buffer: UnsafeMutableRawBufferPointer
  /// How many bytes the file has, without the zero.
  let count: Int

  /// A copy of `bytes`.
  init(_ bytes: some Collection<UInt8>) {
    count = bytes.count
    buffer = .allocate(byteCount: count + 1, alignment: 16)
    buffer.copyBytes(from: bytes)
    buffer[count] = 0
  }

  /// Up to `capacity` bytes, which `fill` writes; it gives their number.
  init(capacity: Int, _ fill: (UnsafeMutableRawBufferPointer) -> Int) {
    buffer = .allocate(byteCount: capacity + 1, alignment: 16)
    count = fill(UnsafeMutableRawBufferPointer(rebasing: buffer[..<capacity]))
    buffer[count] = 0
  }

  /// The file at `path`. Throws what the system says when it cannot be read.
  convenience init(contentsOf path: String) throws {
    try self.init(Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe))
  }

  deinit { buffer.deallocate() }

  /// The bytes; valid while this object lives.
  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: buffer[..<count]) }

  /// The text of a stretch; invalid UTF-8 is replaced.
  func text(_ start: UInt32, _ end: UInt32) -> String {
    String(decoding: bytes[Int(start)..<Int(end)], as: UTF8.self)
  }
}
