import CFrontend
import Flow
import Foundation

/// The headers that C code may include, for caches: a header beside the package, or anywhere else in the project, decides what C functions do as much as the package's
/// own files.
///
/// `#include` lines are looked for in the text, whether conditions would skip them or not, and resolved as a compiler does: a name in quotes first beside the file that
/// includes it, then in the search paths in their order. What is found is read likewise. Headers of the system, which no `-I` leads to, and names that macros make
/// are left out.
struct IncludedHeaders {
  private let folders: [String]
  private let files: HeaderFiles
  private var seen: Set<String> = []
  private(set) var digest: UInt64 = 0

  /// The digest of all headers that the sources lead to, with their paths: one that comes up earlier in the search paths changes it as well.
  ///
  /// Complexity: linear in the sources and headers.
  static func digest(_ sources: [CPackage.Source], _ files: HeaderFiles) -> UInt64 {
    var digest: UInt64 = 0
    // Sources of one package mostly have the same options, and so the same headers.
    var byOptions: [[String]: IncludedHeaders] = [:]
    for source in sources {
      byOptions[source.options, default: IncludedHeaders(options: source.options, files)].follow(
        includes(in: Array(source.text.utf8)), in: folder(of: source.path))
    }
    for (_, headers) in byOptions.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
      digest = ContentHash.combine(digest, headers.digest)
    }
    return digest
  }

  private init(options: [String], _ files: HeaderFiles) {
    self.files = files
    var folders: [String] = []
    var isFolder = false
    for option in options {
      if isFolder {
        folders.append(option)
        isFolder = false
      } else if ["-I", "-isystem", "-iquote"].contains(option) {
        isFolder = true
      } else if let prefix = ["-isystem", "-iquote", "-I"].first(where: option.hasPrefix) {
        folders.append(String(option.dropFirst(prefix.count)))
      }
    }
    self.folders = folders
  }

  private static func folder(of path: String) -> String { (path as NSString).deletingLastPathComponent }

  private mutating func follow(_ includes: [Include], in folder: String) {
    let files = files
    var open = [(includes, folder)]
    while let (includes, folder) = open.popLast() {
      for include in includes {
        let places = include.isQuoted ? [folder] + folders : folders
        let candidates = include.name.hasPrefix("/") ? [include.name] : places.map { FileSystem.join($0, include.name) }
        guard let (path, file) = candidates.lazy.compactMap({ path in files[path].map { (path, $0) } }).first,
          seen.insert(path).inserted
        else { continue }
        digest = ContentHash.combine(digest, file.digest)
        open.append((file.includes, Self.folder(of: path)))
      }
    }
  }

  /// A file that is asked for.
  typealias Include = (name: String, isQuoted: Bool)

  /// The names behind `#include`, `#include_next` and `#import`, in their order.
  static func includes(in text: [UInt8]) -> [Include] {
    var result: [Include] = []
    var index = 0
    func skipSpace() {
      while index < text.count, text[index] == 0x20 || text[index] == 0x09 { index += 1 }
    }
    while let hash = text[index...].firstIndex(of: UInt8(ascii: "#")) {
      index = hash + 1
      skipSpace()
      let start = index
      while index < text.count,
        text[index] | 0x20 >= UInt8(ascii: "a") && text[index] | 0x20 <= UInt8(ascii: "z")
          || text[index] == UInt8(ascii: "_")
      {
        index += 1
      }
      let word = text[start..<index]
      guard ["include", "include_next", "import"].contains(where: { word.elementsEqual($0.utf8) }) else { continue }
      skipSpace()
      guard index < text.count, text[index] == UInt8(ascii: "\"") || text[index] == UInt8(ascii: "<") else { continue }
      let isQuoted = text[index] == UInt8(ascii: "\"")
      let end = text[(index + 1)...].firstIndex { $0 == UInt8(ascii: isQuoted ? "\"" : ">") || $0 == 0x0A }
      guard let end, text[end] != 0x0A else { continue }
      result.append((String(decoding: text[(index + 1)..<end], as: UTF8.self), isQuoted))
      index = end
    }
    return result
  }
}
