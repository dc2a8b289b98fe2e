import CFrontend
import Findings
import Flow
import Foundation

/// Swift files that were found and read, before they are parsed: enough to tell whether anything changed since an earlier run.
public struct SwiftSources: Sendable {
  /// What to load, and how.
  public struct Options: Sendable {
    /// Whether test targets take part.
    public var includesTests = false
    /// Whether files are named one by one, so that those of tests are wanted too.
    var namesFiles = false
    /// The folder that reported paths are relative to.
    public var root = FileManager.default.currentDirectoryPath
    /// Files and folders, by reported path, for which this is false are passed over.
    public var isIncluded: @Sendable (String) -> Bool = { _ in true }
    /// Contents that stand in for those of files. Headers count as they are on disk, because libclang reads them.
    public var overlay = SourceOverlay.none
    /// How many threads work at once.
    public var threads = ProcessInfo.processInfo.activeProcessorCount
    /// The number that the first file gets in ranges: another frontend may have the ones below.
    public var firstFile: Int32 = 0

    /// The defaults.
    public init() {}
  }

  let files: [SourceFile]
  let diagnostics: [Diagnostic]
  let foreign: ForeignSources?
  let options: Options

  /// Finds and reads the Swift files of files and folders, and the C code of their packages.
  ///
  /// Complexity: linear in the size of the source.
  public init(paths: [String], options: Options = Options()) {
    var options = options
    options.namesFiles = paths.contains { $0.hasSuffix(".swift") }
    let found = SwiftFiles(paths: paths, options: options)
    files = found.files
    diagnostics = found.diagnostics
    self.options = options
    // Where there is no Swift, C belongs to somebody else.
    foreign =
      found.files.isEmpty
      ? nil : ForeignSources(roots: found.roots, overlay: options.overlay, isIncluded: options.isIncluded)
  }

  /// How many files were read.
  public var fileCount: Int { files.count }

  /// A digest of everything that was read. Equal digests mean equal programs.
  public var fingerprint: String {
    var digest: UInt64 = 0
    for file in files {
      let seed = ContentHash.hash("\(file.reportedPath) \(file.module) \(file.isSelected)")
      digest = ContentHash.combine(digest, file.bytes.withUnsafeBytes { ContentHash.hash($0, seed: seed) })
    }
    for diagnostic in diagnostics { digest = ContentHash.combine(digest, ContentHash.hash("\(diagnostic)")) }
    if let foreign { digest = ContentHash.combine(digest, foreign.digest) }
    return ContentHash.text(digest)
  }

  /// Parses and lowers the files. The C code of the packages is read first: it says what C functions do.
  public func program(symbols: SymbolTable, knowledge: any ForeignKnowledge) -> SwiftProgram {
    SwiftProgram(self, symbols: symbols, knowledge: knowledge)
  }
}
