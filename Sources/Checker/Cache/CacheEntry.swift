import Foundation

/// A file of a cache: what decides whether it stays. Straight from the system, as each run that keeps something looks at all of them: `FileManager` takes ten times as
/// long, and the cache of a large tree has thousands.
struct CacheEntry {
  var path: String
  var size: Int
  /// When it was written or used, in nanoseconds.
  var used: Int

  /// The files below a folder, in no order; links are not followed. What cannot be read is left out.
  static func all(below base: String) -> [CacheEntry] {
    var found: [CacheEntry] = []
    var open = [base]
    while let folder = open.popLast() {
      guard let directory = opendir(folder) else { continue }
      defer { closedir(directory) }
      while let entry = readdir(directory) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
          // d_name ends in a zero within its array, says readdir.
          tuple.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: tuple.pointee)) {
            String(cString: $0)
          }
        }
        if name == "." || name == ".." { continue }
        let path = "\(folder)/\(name)"
        var information = stat()
        guard lstat(path, &information) == 0 else { continue }
        switch information.st_mode & S_IFMT {
        case S_IFDIR: open.append(path)
        case S_IFREG:
          #if canImport(Darwin)
            let time = information.st_mtimespec
          #else
            let time = information.st_mtim
          #endif
          found.append(
            CacheEntry(
              path: path, size: Int(information.st_size),
              used: Int(time.tv_sec) * 1_000_000_000 + Int(time.tv_nsec)))
        default: break
        }
      }
    }
    return found
  }
}
