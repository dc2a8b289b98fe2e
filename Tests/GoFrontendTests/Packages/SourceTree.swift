import Foundation

/// A folder tree in a temporary place, removed with the object.
final class SourceTree {
  let root: String

  /// Writes files by relative path.
  init(_ files: [String: String]) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("belay-\(UUID().uuidString)")
    root = folder.resolvingSymlinksInPath().path
    for (path, text) in files {
      let file = "\(root)/\(path)"
      try FileManager.default.createDirectory(
        atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
      try Data(text.utf8).write(to: URL(fileURLWithPath: file))
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: root) }

  func path(_ name: String) -> String { name.isEmpty ? root : "\(root)/\(name)" }
}
