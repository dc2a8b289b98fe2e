import Flow
import Foundation

/// The headers of one check, each read once: packages of a project include the same ones. Safe to use from several threads.
final class HeaderFiles: @unchecked Sendable {
  // Unchecked: `known` is read and written under `mutex`, which lies at an address of its own: a lock must not move.
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private var known: [String: File?] = [:]

  /// What matters of a header.
  struct File: Sendable {
    /// The digest of its path and content.
    var digest: UInt64
    var includes: [IncludedHeaders.Include]
  }

  init() { pthread_mutex_init(mutex, nil) }

  deinit {
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
  }

  /// The file at a path; nil where there is none that can be read. Two threads may read a file at the same time, and come to the same.
  subscript(_ path: String) -> File? {
    if let found = locked({ known[path] }) { return found }
    let file = Self.read(path)
    locked { known[path] = .some(file) }
    return file
  }

  private static func read(_ path: String) -> File? {
    guard FileSystem.isFile(path), let source = try? FileSystem.read(path) else { return nil }
    return File(
      digest: ContentHash.hash(source.bytes, seed: ContentHash.hash(path)),
      includes: IncludedHeaders.includes(in: Array(source.bytes)))
  }

  private func locked<Result>(_ body: () -> Result) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return body()
  }
}
