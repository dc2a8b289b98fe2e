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
    var swiftOptions = SwiftSources.Options()
    swiftOptions.includesTests = options.includesTests
    swiftOptions.overlay = options.overlay
    swiftOptions.root = root
    swiftOptions.threads = options.threads
    swiftOptions.firstFile = Self.firstSwiftFile
    swiftOptions.isIncluded = { configuration.includes($0, root: root) }
    go = GoSources(paths: options.paths.filter { !$0.hasSuffix(".swift") }, options: Self.goOptions(options))
    // Swift modules are few: the first part of a check that is spread over machines takes them all.
    let isMine = options.shard.map { $0.number == 1 } ?? true
    swift = SwiftSources(
      paths: isMine ? options.paths.filter { !$0.hasSuffix(".go") } : [], options: swiftOptions)
  }

  /// How Go files are found and read.
  static func goOptions(_ options: CheckOptions) -> GoProgram.Options {
    var result = GoProgram.Options()
    result.context = options.context
    result.loadsAllContexts = options.checksAllContexts
    result.includesTests = options.includesTests
    result.overlay = options.overlay
    result.root = options.root
    result.threads = options.threads
    result.shard = options.shard.map { ($0.number, $0.count) }
    let (configuration, root) = (options.configuration, options.root)
    result.isIncluded = { configuration.includes($0, root: root) }
    return result
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
