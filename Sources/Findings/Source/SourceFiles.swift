import Foundation

/// Source lines from files below a folder. Each file is read once. Safe to use from several threads.
public final class SourceFiles: SourceProvider, @unchecked Sendable {
  // Unchecked: `lines` is touched under `lock`.
  private let root: String
  private let overlay: SourceOverlay
  private let lock = NSLock()
  private var lines: [String: [Substring]] = [:]

  /// Files whose relative paths start at `root`; the contents of the overlay come before those on disk.
  public init(root: String, overlay: SourceOverlay = .none) {
    self.root = root
    self.overlay = overlay
  }

  /// A line, counted from 1; nil when the file cannot be read or is shorter. Invalid UTF-8 is replaced.
  public func line(_ number: Int, of file: String) -> String? {
    let all = lock.withLock {
      if let known = lines[file] { return known }
      let path = file.hasPrefix("/") ? file : root + "/" + file
      let text =
        overlay.bytes(ofFile: path).map { String(decoding: $0, as: UTF8.self) }
        ?? FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
      let split = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
      lines[file] = split
      return split
    }
    return number >= 1 && number <= all.count ? String(all[number - 1]) : nil
  }
}
