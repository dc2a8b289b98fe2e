/// A pattern of paths: `*` and `?` within a name, `**` across folders. A pattern that names a folder means everything below it.
public struct PathPattern: Sendable, Hashable {
  /// As it was written.
  public let text: String
  private let parts: [String]

  /// A pattern.
  public init(_ text: String) {
    self.text = text
    var parts = text.split(separator: "/").map(String.init)
    if parts.first == "." { parts.removeFirst() }
    self.parts = parts
  }

  /// Whether a path, or a folder above it, matches.
  public func matches(_ path: String) -> Bool {
    let names = path.split(separator: "/").map(String.init)
    return match(parts[...], names[...], allowsRest: true)
  }

  /// Whether something below the folder could match.
  func canMatchBelow(_ folder: String) -> Bool {
    let names = folder.split(separator: "/").map(String.init)
    for (part, name) in zip(parts, names) {
      if part == "**" { return true }
      if !Self.matchName(Array(part)[...], Array(name)[...]) { return false }
    }
    return names.count < parts.count
  }

  private func match(_ parts: ArraySlice<String>, _ names: ArraySlice<String>, allowsRest: Bool) -> Bool {
    guard let part = parts.first else { return names.isEmpty || allowsRest }
    if part == "**" {
      return (names.startIndex...names.endIndex).contains {
        match(parts.dropFirst(), names[$0...], allowsRest: allowsRest)
      }
    }
    guard let name = names.first, Self.matchName(Array(part)[...], Array(name)[...]) else { return false }
    return match(parts.dropFirst(), names.dropFirst(), allowsRest: allowsRest)
  }

  /// Wildcards in one name, with one point to come back to: linear for one `*`, quadratic at worst.
  private static func matchName(_ pattern: ArraySlice<Character>, _ name: ArraySlice<Character>) -> Bool {
    var p = pattern.startIndex
    var n = name.startIndex
    var star: (p: Int, n: Int)?
    while n < name.endIndex {
      if p < pattern.endIndex, pattern[p] == "*" {
        star = (p + 1, n)
        p += 1
      } else if p < pattern.endIndex, pattern[p] == "?" || pattern[p] == name[n] {
        p += 1
        n += 1
      } else if let back = star {
        star = (back.p, back.n + 1)
        p = back.p
        n = back.n + 1
      } else {
        return false
      }
    }
    while p < pattern.endIndex, pattern[p] == "*" { p += 1 }
    return p == pattern.endIndex
  }
}
