import CFrontend
import Findings
import Flow
import GoFrontend
import SwiftFrontend

/// The files of a check in all languages, found and read, before they are parsed.
struct CheckedSources: Sendable {
  /// Swift files are numbered from here on, Go files below it.
  private static let firstSwiftFile: Int32 = 1 << 24

  private let go: GoSources
  private let swift: SwiftSources

  init(_ options: CheckOptions) {
    let configuration = options.configuration
    let root = options.root
    var goOptions = GoProgram.Options()
    goOptions.context = options.context
    goOptions.loadsAllContexts = options.checksAllContexts
    goOptions.includesTests = options.includesTests
    goOptions.root = root
    goOptions.threads = options.threads
    goOptions.shard = options.shard.map { ($0.number, $0.count) }
    goOptions.isIncluded = { configuration.includes($0, root: root) }
    var swiftOptions = SwiftSources.Options()
    swiftOptions.includesTests = options.includesTests
    swiftOptions.root = root
    swiftOptions.threads = options.threads
    swiftOptions.firstFile = Self.firstSwiftFile
    swiftOptions.isIncluded = { configuration.includes($0, root: root) }
    go = GoSources(paths: options.paths.filter { !$0.hasSuffix(".swift") }, options: goOptions)
    // Swift modules are few: the first part of a check that is spread over machines takes them all.
    let isMine = options.shard.map { $0.number == 1 } ?? true
    swift = SwiftSources(
      paths: isMine ? options.paths.filter { !$0.hasSuffix(".go") } : [], options: swiftOptions)
  }

  /// How many files were read.
  var fileCount: Int { go.fileCount + swift.fileCount }

  /// A digest of everything that was read, and of `salt`.
  func fingerprint(salt: String) -> String { go.fingerprint(salt: salt + "\n" + swift.fingerprint) }

  /// Parses and lowers all of it.
  func program(knowledge: any ForeignKnowledge, cache: String?) -> CheckedProgram {
    let symbols = SymbolTable()
    let go = go.program(symbols: symbols, knowledge: knowledge, cache: cache)
    let swift = swift.program(symbols: symbols, knowledge: knowledge)
    return CheckedProgram(go: go, swift: swift, symbols: symbols, firstSwiftFile: Self.firstSwiftFile)
  }
}
