import Findings
import Flow
import Foundation
import Logging

/// Reports of earlier runs, by the content of everything that went into them. What cannot be read is passed over and written anew.
struct ResultCache {
  /// More bytes than this are not kept; what was not used for longest goes first.
  private static let maximumBytes = 64 << 20

  private let folder: String
  private let logger: Logger

  init(folder: String, logger: Logger) {
    self.folder = folder
    self.logger = logger
  }

  /// The folder that is used when none is given: below the user's cache folder.
  static func defaultFolder(environment: [String: String] = ProcessInfo.processInfo.environment) -> String? {
    if let base = environment["XDG_CACHE_HOME"], base.hasPrefix("/") { return base + "/belay" }
    guard let home = environment["HOME"], home.hasPrefix("/") else { return nil }
    #if os(macOS)
      return home + "/Library/Caches/belay"
    #else
      return home + "/.cache/belay"
    #endif
  }

  /// Tells builds of the same version apart: the executable's size and time.
  static let buildIdentity: String = {
    let path = ProcessInfo.processInfo.arguments.first ?? ""
    let executable = Bundle.main.executablePath ?? path
    guard let attributes = try? FileManager.default.attributesOfItem(atPath: executable) else { return "" }
    return "\(attributes[.size] ?? "") \((attributes[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0)"
  }()

  /// Where what C code says, and what packages are lowered to, is kept: it depends on this build, and on what the configuration says of C functions.
  static func partsFolder(in folder: String, functions: [ForeignFunction]) -> String {
    let said = functions.sorted { $0.name < $1.name }.map { "\($0)" }.joined(separator: "\n")
    return "\(folder)/parts/\(Fingerprint.text(of: [belayVersion, buildIdentity, said]))"
  }

  private func path(_ key: String) -> String { "\(folder)/results/\(key).json" }

  func report(_ key: String) -> Report? {
    guard let data = FileManager.default.contents(atPath: path(key)) else { return nil }
    do {
      let report = try JSONDecoder().decode(Report.self, from: data)
      // Used just now; an entry that cannot be touched only goes sooner.
      try? FileManager.default.setAttributes([.modificationDate: Date()], ofItemAtPath: path(key))
      return report
    } catch {
      logger.debug("a cache entry cannot be read; it is written anew", metadata: ["key": "\(key)"])
      return nil
    }
  }

  func store(_ report: Report, _ key: String) {
    do {
      try FileManager.default.createDirectory(atPath: folder + "/results", withIntermediateDirectories: true)
      // Written aside and moved into place: a reader never sees half a file.
      try JSONEncoder().encode(report).write(to: URL(fileURLWithPath: path(key)), options: .atomic)
      prune()
    } catch {
      logger.debug("the cache cannot be written", metadata: ["error": "\(error)"])
    }
  }

  /// Removes what was not used for longest until results and parts of them fit in their bounds.
  private func prune() {
    Self.prune(folder + "/results", maximumBytes: Self.maximumBytes)
    Self.prune(folder + "/parts", maximumBytes: 8 * Self.maximumBytes)
  }

  static func prune(_ base: String, maximumBytes: Int) {
    var entries = CacheEntry.all(below: base)
    var total = entries.reduce(0) { $0 + $1.size }
    guard total > maximumBytes else { return }
    entries.sort { ($0.used, $0.path) < ($1.used, $1.path) }
    for entry in entries where total > maximumBytes {
      // Another process may have removed it meanwhile.
      unlink(entry.path)
      total -= entry.size
    }
  }
}

extension Checker {
  /// Where results are kept unless the user says otherwise.
  public static var defaultCacheFolder: String? { ResultCache.defaultFolder() }
}
