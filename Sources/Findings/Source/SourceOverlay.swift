/// Contents that stand in for those of files: what an editor holds and has not saved. Caches see the contents, whatever the times of the files say.
public struct SourceOverlay: Sendable {
  private let contents: [String: [UInt8]]
  private let namesByFolder: [String: [String]]

  /// No file is overlaid.
  public static let none = SourceOverlay([:])

  /// Contents by absolute path, without `.`, `..` and doubled slashes.
  public init(_ contents: [String: [UInt8]]) {
    self.contents = contents
    var names: [String: [String]] = [:]
    for path in contents.keys {
      guard let slash = path.lastIndex(of: "/") else { continue }
      let folder = slash == path.startIndex ? "/" : String(path[..<slash])
      names[folder, default: []].append(String(path[path.index(after: slash)...]))
    }
    namesByFolder = names.mapValues { $0.sorted() }
  }

  /// Whether no file is overlaid.
  public var isEmpty: Bool { contents.isEmpty }

  /// What a file is to hold; nil for one that is not overlaid.
  public func bytes(ofFile path: String) -> [UInt8]? { contents[path] }

  /// The names of the overlaid files in a folder, sorted; some of them may not exist on disk.
  public func names(inFolder path: String) -> [String] { namesByFolder[path] ?? [] }
}
