import Foundation

/// Files of caches, each behind a digest of its content. What was written only in part, or by somebody else, is not taken for an entry; so nothing waits for the disk.
public enum CacheFile {
  /// Writes beside the file and moves into place. A cache that cannot be written costs time, nothing else.
  ///
  /// - Parameter seed: goes into the digest; another one at reading finds nothing.
  public static func write(_ content: [UInt8], to path: String, seed: UInt64) {
    var digest = content.withUnsafeBytes { ContentHash.hash($0, seed: seed) }
    let aside = "\(path).\(getpid()).\(pthread_self())"
    let descriptor = open(aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { return }
    let isWhole =
      withUnsafeBytes(of: &digest) { write($0, descriptor) } && content.withUnsafeBytes { write($0, descriptor) }
    if close(descriptor) != 0 || !isWhole || rename(aside, path) != 0 { unlink(aside) }
  }

  private static func write(_ bytes: UnsafeRawBufferPointer, _ descriptor: Int32) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      // Unsafe: writes at most what is left of the buffer.
      let count = Foundation.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress!, rest.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }
}
