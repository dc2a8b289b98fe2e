import CFrontend
import Findings
import Flow
import Foundation

/// The C code of packages: sources and headers of C targets, and what the module maps of system libraries name.
struct ForeignSources: Sendable {
  var sources: [CPackage.Source] = []
  /// The headers that module maps and sources name.
  var headers: Set<String> = []
  /// A digest of all that was read.
  private(set) var digest: UInt64 = 0

  private let overlay: SourceOverlay

  private static let maximumBytes = 2 << 20

  /// Looks through folders. Complexity: linear in their files.
  init(roots: [String], overlay: SourceOverlay, isIncluded: (String) -> Bool) {
    self.overlay = overlay
    var folders: Set<String> = []
    var files: [String] = []
    var maps: [String] = []
    for root in roots {
      guard let walker = FileManager.default.enumerator(atPath: root) else { continue }
      for case let name as String in walker {
        if name.split(separator: "/").last?.hasPrefix(".") == true || name.hasSuffix(".build") {
          walker.skipDescendants()
          continue
        }
        let path = root + "/" + name
        if name.hasSuffix(".c"), isIncluded(path) { files.append(path) }
        if name.hasSuffix(".h"), let slash = path.lastIndex(of: "/") { folders.insert(String(path[..<slash])) }
        if name.hasSuffix("module.modulemap") || name.hasSuffix("module.map") { maps.append(path) }
      }
    }
    let includes = folders.sorted().flatMap { ["-I", $0] }
    for path in Set(files).sorted() {
      guard let text = text(path) else { continue }
      sources.append(CPackage.Source(path: path, text: text, options: includes))
    }
    for path in Set(maps).sorted() {
      guard let text = text(path), let slash = path.lastIndex(of: "/") else { continue }
      let folder = String(path[..<slash])
      let named = Self.headers(in: text, folder)
      headers.formUnion(named)
      let inclusion = named.map { "#include \"\($0)\"\n" }.joined()
      if !named.isEmpty {
        sources.append(
          CPackage.Source(path: folder + "/module.c", text: inclusion, options: ["-I", folder] + includes))
      }
    }
    // Whatever a header says counts as well.
    for folder in folders.sorted() {
      for name in ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
      where name.hasSuffix(".h") {
        digest = ContentHash.combine(digest, ContentHash.hash(file: folder + "/" + name))
      }
    }
  }

  private mutating func text(_ path: String) -> String? {
    guard let bytes = overlay.bytes(ofFile: path) ?? FileManager.default.contents(atPath: path).map({ [UInt8]($0) }),
      bytes.count < Self.maximumBytes
    else { return nil }
    let content = bytes.withUnsafeBytes { ContentHash.hash($0, seed: ContentHash.hash(path)) }
    digest = ContentHash.combine(digest, content)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The headers that a module map names: one by one, or those of an umbrella folder.
  static func headers(in map: String, _ folder: String) -> [String] {
    var result: [String] = []
    let words = map.split { $0.isWhitespace }.map(String.init)
    for (index, word) in words.enumerated() where index + 1 < words.count {
      let next = words[index + 1].filter { $0 != "\"" }
      if word == "header", next.hasSuffix(".h") {
        result.append(next)
      } else if word == "umbrella", next != "header" {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder + "/" + next)) ?? []
        result += names.sorted().filter { $0.hasSuffix(".h") }.map { next == "." ? $0 : next + "/" + $0 }
      }
    }
    return result
  }
}
