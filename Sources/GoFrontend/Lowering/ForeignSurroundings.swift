import Foundation

/// What the C code of a package has to do with: the headers that it includes, and whether it starts threads.
struct ForeignSurroundings: Sendable {
  private(set) var headers: Set<String> = []
  private(set) var startsThreads = false

  /// Functions and types that start threads, or queues that run on them.
  private static let starters: [StaticString] = [
    "pthread_create", "thrd_create", "std::thread", "CreateThread", "_beginthread", "g_thread_new", "g_thread_try_new",
    "SDL_CreateThread", "dispatch_get_global_queue", "dispatch_queue_create", "NSThread", "NSOperationQueue",
  ]

  /// Reads the texts, and the other files of the package: headers, C++, Objective-C.
  ///
  /// Complexity: linear in their size.
  init(_ texts: [String], _ files: [String]) {
    for text in texts { read(text) }
    for path in files where !path.hasSuffix(".c") {
      guard let text = try? FileSystem.text(path), text.utf8.count < Self.maximumSize else { continue }
      read(text)
    }
  }

  /// Larger files are whole libraries.
  private static let maximumSize = 1 << 20

  private mutating func read(_ text: String) {
    let bytes = Array(text.utf8)
    for include in IncludedHeaders.includes(in: bytes) { headers.insert(include.name) }
    if !startsThreads {
      startsThreads = bytes.withUnsafeBytes { bytes in Self.starters.contains { SourceBytes.contains($0, in: bytes) } }
    }
  }
}
