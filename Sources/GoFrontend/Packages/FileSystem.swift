import Findings
import Foundation

/// The few things that the loader asks of the file system, straight from the system: `FileManager` costs ten times as much
/// for each folder, and a large tree has thousands.
enum FileSystem {
  /// An entry of a folder.
  struct Entry: Sendable {
    enum Kind: Sendable { case file, folder, other }
    var name: String
    var kind: Kind
  }

  /// Why something could not be read.
  struct Failure: Error, Sendable {
    var reason: String
    init(errno code: Int32) { reason = String(cString: strerror(code)) }
  }

  /// What lies in a folder, by name; links are followed.
  static func entries(_ path: String) throws(Failure) -> [Entry] {
    guard let directory = opendir(path) else { throw Failure(errno: errno) }
    defer { closedir(directory) }
    var found: [Entry] = []
    while let pointer = readdir(directory) {
      let name = withUnsafePointer(to: &pointer.pointee.d_name) { tuple in
        // d_name ends in a zero within its array, says readdir.
        tuple.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: tuple.pointee)) {
          String(cString: $0)
        }
      }
      if name == "." || name == ".." { continue }
      let kind: Entry.Kind
      switch Int32(pointer.pointee.d_type) {
      case Int32(DT_REG): kind = .file
      case Int32(DT_DIR): kind = .folder
      case Int32(DT_LNK), Int32(DT_UNKNOWN): kind = self.kind(join(path, name)) ?? .other
      default: kind = .other
      }
      found.append(Entry(name: name, kind: kind))
    }
    found.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    return found
  }

  /// What lies in a folder, by name, with the files that only the overlay has.
  static func entries(_ path: String, _ overlay: SourceOverlay) throws(Failure) -> [Entry] {
    var found = try entries(path)
    let names = overlay.names(inFolder: path)
    if names.isEmpty { return found }
    let known = Set(found.map(\.name))
    found += names.filter { !known.contains($0) }.map { Entry(name: $0, kind: .file) }
    found.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    return found
  }

  /// What a path is, links followed; nil where there is nothing.
  static func kind(_ path: String) -> Entry.Kind? {
    var information = stat()
    guard stat(path, &information) == 0 else { return nil }
    switch information.st_mode & S_IFMT {
    case S_IFREG: return .file
    case S_IFDIR: return .folder
    default: return .other
    }
  }

  static func isFolder(_ path: String) -> Bool { kind(path) == .folder }
  static func isFile(_ path: String) -> Bool { kind(path) == .file }

  /// What tells a folder from every other one, however it is reached: device and number.
  static func identity(_ path: String) -> [UInt64]? {
    var information = stat()
    guard stat(path, &information) == 0 else { return nil }
    return [UInt64(truncatingIfNeeded: information.st_dev), UInt64(truncatingIfNeeded: information.st_ino)]
  }

  /// The bytes of a file; where the overlay has it, those.
  static func read(_ path: String, _ overlay: SourceOverlay) throws(Failure) -> SourceBytes {
    if let bytes = overlay.bytes(ofFile: path) { return SourceBytes(bytes) }
    return try read(path)
  }

  /// The bytes of a file on disk.
  static func read(_ path: String) throws(Failure) -> SourceBytes {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Failure(errno: errno) }
    defer { close(descriptor) }
    var information = stat()
    guard fstat(descriptor, &information) == 0 else { throw Failure(errno: errno) }
    guard information.st_mode & S_IFMT == S_IFREG else { throw Failure(errno: EISDIR) }
    var failure: Int32 = 0
    let capacity = Int(information.st_size)
    let source = SourceBytes(capacity: capacity) { buffer in
      var count = 0
      while count < capacity {
        // Unsafe: reads at most what is left of the buffer.
        let got = Foundation.read(descriptor, buffer.baseAddress! + count, capacity - count)
        if got < 0 {
          if errno == EINTR { continue }
          failure = errno
          break
        }
        if got == 0 { break }
        count += got
      }
      return count
    }
    if failure != 0 { throw Failure(errno: failure) }
    return source
  }

  /// The text of a small file, such as a go.mod.
  static func text(_ path: String, _ overlay: SourceOverlay = .none) throws(Failure) -> String {
    let source = try read(path, overlay)
    return source.text(0, UInt32(source.count))
  }

  /// `folder/name`.
  static func join(_ folder: String, _ name: some StringProtocol) -> String {
    if name.isEmpty { return folder }
    return folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
  }

  /// What stands in a path behind the last occurrence of some text; nil where there is none.
  static func path(in path: String, behind text: StaticString) -> String? {
    let length = text.utf8CodeUnitCount
    let bytes = Array(path.utf8)
    var start = bytes.count - length
    while start >= 0 {
      if (0..<length).allSatisfy({ bytes[start + $0] == text.utf8Start[$0] }) {
        return String(decoding: bytes[(start + length)...], as: UTF8.self)
      }
      start -= 1
    }
    return nil
  }

  /// The folder that holds a path.
  static func parent(_ path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// The last part of a path.
  static func name(_ path: String) -> Substring {
    path.lastIndex(of: "/").map { path[path.index(after: $0)...] } ?? path[...]
  }

  /// The path from the root, without `.`, `..` and doubled slashes; links are not resolved.
  static func absolute(_ path: String, in folder: String = FileManager.default.currentDirectoryPath) -> String {
    let full = path.hasPrefix("/") ? path : "\(folder)/\(path)"
    var parts: [Substring] = []
    for part in full.split(separator: "/") where part != "." {
      if part == ".." { _ = parts.popLast() } else { parts.append(part) }
    }
    return "/" + parts.joined(separator: "/")
  }

  /// Whether `path` is `folder` or lies below it.
  static func isInside(_ path: String, _ folder: String) -> Bool {
    if folder == "/" || path == folder { return true }
    return path.hasPrefix(folder) && path.utf8.dropFirst(folder.utf8.count).first == 0x2F
  }
}
