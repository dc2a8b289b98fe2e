import Foundation

/// Names of files as clients write them.
enum FileURI {
  private static let unescaped = CharacterSet(
    charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/")

  /// The path of a `file:` URI, without `.`, `..` and doubled slashes; nil for any other.
  static func path(_ uri: String) -> String? {
    guard uri.lowercased().hasPrefix("file://") else { return nil }
    let rest = uri.dropFirst(7).prefix { $0 != "?" && $0 != "#" }
    // A host may stand before the path; only this machine's files can be read.
    guard let slash = rest.firstIndex(of: "/") else { return nil }
    let host = rest[..<slash].lowercased()
    guard host.isEmpty || host == "localhost", let path = String(rest[slash...]).removingPercentEncoding,
      !path.utf8.contains(0)
    else { return nil }
    return normalized(path)
  }

  /// The URI of an absolute path.
  static func uri(_ path: String) -> String {
    // Without an encoding there is only a path that is no Unicode, and those are not read from names of files.
    "file://" + (path.addingPercentEncoding(withAllowedCharacters: unescaped) ?? path)
  }

  /// An absolute path without `.`, `..` and doubled slashes; links stay.
  static func normalized(_ path: String) -> String {
    var parts: [Substring] = []
    for part in path.split(separator: "/") where part != "." {
      if part == ".." { _ = parts.popLast() } else { parts.append(part) }
    }
    return "/" + parts.joined(separator: "/")
  }

  /// Whether a path is a folder or lies below it.
  static func isInside(_ path: String, _ folder: String) -> Bool {
    folder == "/" || path == folder || path.hasPrefix(folder + "/")
  }
}
