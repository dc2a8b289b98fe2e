import Findings
import Foundation
import GoFrontend

/// What to check, and how.
public struct CheckOptions: Sendable {
  /// Files and folders; a folder means everything below it.
  public var paths = ["."]
  /// The folder that reported paths are relative to.
  public var root = FileManager.default.currentDirectoryPath
  /// What `.belay.yml` says.
  public var configuration = Configuration()
  /// The only rules that run, by id; nil for those that the configuration lets run.
  public var onlyRules: Set<String>?
  /// The build context whose files come first.
  public var context = BuildContext()
  /// Whether files that this context leaves out are checked too.
  public var checksAllContexts = true
  /// Whether test files are checked.
  public var includesTests = false
  /// Contents that stand in for those of files.
  public var overlay = SourceOverlay.none
  /// How many threads work.
  public var threads = ProcessInfo.processInfo.activeProcessorCount
  /// Where results are kept between runs; nil for nowhere.
  public var cacheFolder: String?
  /// Which part of how many is checked, counted from 1.
  public var shard: Shard?
  /// Only findings on these lines are reported.
  public var changedLines: ChangedLines?

  /// The defaults.
  public init() {}
}

/// One part of a check that is spread over machines.
public struct Shard: Sendable, Hashable {
  /// Which part, from 1.
  public var number: Int
  /// Of how many.
  public var count: Int

  /// Reads `I/N`; nil when it is none.
  public init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let number = parts[0], let count = parts[1], count >= 1, number >= 1, number <= count else {
      return nil
    }
    self.number = number
    self.count = count
  }
}
