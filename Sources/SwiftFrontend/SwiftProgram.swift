import CFrontend
import Findings
import Flow
import SwiftParser
import SwiftSyntax

/// Swift modules in the intermediate form: what the analysis starts from.
public struct SwiftProgram: Sendable {
  /// A comment of a Swift file, for those who look for `belay:ignore`.
  public struct Comment: Sendable {
    /// Where it stands.
    public var range: SourceRange
    /// Its text with the markers.
    public var text: String
  }

  /// One unit for each module, in the order of their names.
  public private(set) var units: [Flow.Unit] = []
  /// The places of the ranges in the units.
  public let sourceMap: any SourceMap
  /// What could not be read or parsed.
  public private(set) var diagnostics: [Diagnostic]
  /// Comments that mention `belay:`, in the order of the files.
  public private(set) var directives: [Comment] = []
  /// The reported paths of the files that were analysed.
  public let files: [String]
  /// Reported paths of files that stand beside a file that was named alone: nothing is to be reported in them.
  public let unselectedFiles: Set<String>
  /// Lines in the files that were analysed.
  public let lines: Int

  /// Loads and lowers the modules of files and folders. Never fails: what cannot be read is in `diagnostics`.
  public static func load(
    paths: [String], options: SwiftSources.Options = .init(), symbols: SymbolTable = SymbolTable(),
    knowledge: any ForeignKnowledge = NoForeignKnowledge()
  ) -> SwiftProgram {
    SwiftSources(paths: paths, options: options).program(symbols: symbols, knowledge: knowledge)
  }

  private struct Parsed: Sendable {
    var tree: SourceFileSyntax
    var comments: [Comment]
    var diagnostic: Diagnostic?
  }

  private struct Lowered: Sendable {
    var functions: [Function]
    var mapSites: [Unit.MapSite]
    var implementations: [Symbol: [Symbol]]
  }

  init(_ sources: SwiftSources, symbols: SymbolTable, knowledge: any ForeignKnowledge) {
    let files = sources.files
    let first = sources.options.firstFile
    let queue = ParallelQueue(threads: sources.options.threads)
    sourceMap = SwiftSourceMap(files: files, firstFile: first)
    self.files = files.map(\.reportedPath)
    unselectedFiles = Set(files.lazy.filter { !$0.isSelected }.map(\.reportedPath))
    lines = files.reduce(0) { $0 + $1.lineStarts.count - 1 }
    diagnostics = sources.diagnostics
    guard !files.isEmpty else { return }

    let parsed = queue.map(Array(files.indices)) { Self.parse(files[$0], first + Int32($0)) }
    diagnostics += parsed.compactMap(\.diagnostic)
    directives = parsed.flatMap(\.comments)

    let table = DeclarationTable(symbols: symbols)
    for (number, file) in files.enumerated() {
      DeclarationCollector(table: table, module: file.module, file: first + Int32(number)).collect(parsed[number].tree)
    }
    table.resolve()

    let foreign = Self.foreign(sources, knowledge, queue, &diagnostics)
    let modules = Set(files.map(\.module)).sorted()
    let mapTypes = Dictionary(uniqueKeysWithValues: modules.map { ($0, MapTypes()) })
    let lowered = queue.map(Array(files.indices)) { number -> Lowered in
      let file = files[number]
      let lowering = FileLowering(
        table: table, mapTypes: mapTypes[file.module] ?? MapTypes(), foreign: foreign, module: file.module,
        file: first + Int32(number), isTest: file.isTest)
      lowering.lower(parsed[number].tree)
      return Lowered(
        functions: lowering.functions, mapSites: lowering.mapSites, implementations: lowering.implementations)
    }
    for module in modules {
      var unit = Unit(name: symbols.intern(module))
      for (number, file) in files.enumerated() where file.module == module {
        unit.functions += lowered[number].functions
        unit.mapSites += lowered[number].mapSites
        unit.implementations.merge(lowered[number].implementations) { known, _ in known }
      }
      let mapper = TypeMapper(table: table, mapTypes: mapTypes[module] ?? MapTypes(), module: module)
      unit.declarations = UnitDeclarations(table: table, mapper: mapper).declarations(of: module)
      unit.finalizers = UnitDeclarations(table: table, mapper: mapper).finalizers(of: module)
      unit.hashedState = UnitDeclarations(table: table, mapper: mapper).hashedState(of: module)
      unit.mapTypes = mapTypes[module]?.all ?? []
      unit.foreignFunctions = RuntimeFunctions.descriptions + foreign.functions.values.sorted { $0.name < $1.name }
      unit.foreignHeaders = sources.foreign?.headers ?? []
      units.append(unit)
    }
  }

  // MARK: Parsing

  private static func parse(_ file: SourceFile, _ number: Int32) -> Parsed {
    if let offset = NestingScan.excess(in: file.bytes) {
      let place = file.place(UInt32(offset), UInt32(offset) + 1)
      return Parsed(
        tree: SourceFileSyntax(statements: [], endOfFileToken: .endOfFileToken()), comments: [],
        diagnostic: Diagnostic(at: place, "is not read: its brackets nest too deeply"))
    }
    let tree = file.bytes.withUnsafeBufferPointer { Parser.parse(source: $0) }
    var diagnostic: Diagnostic?
    if tree.hasError {
      let offset = FirstError.offset(in: tree)
      diagnostic = Diagnostic(
        at: file.place(offset, offset + 1),
        "is not understood here, and may not be analysed in full; see what the compiler says")
    }
    let marker = Array("belay:".utf8)
    let mentions = file.bytes.count >= marker.count && file.bytes.firstRange(of: marker) != nil
    return Parsed(tree: tree, comments: mentions ? comments(in: tree, number) : [], diagnostic: diagnostic)
  }

  private static func comments(in tree: SourceFileSyntax, _ number: Int32) -> [Comment] {
    var result: [Comment] = []
    for token in tree.tokens(viewMode: .sourceAccurate) {
      var offset = token.position.utf8Offset
      func scan(_ trivia: Trivia) {
        for piece in trivia {
          let length = piece.sourceLength.utf8Length
          switch piece {
          case .lineComment(let text), .blockComment(let text):
            if text.contains("belay:") {
              result.append(
                Comment(
                  range: SourceRange(file: number, start: UInt32(offset), end: UInt32(offset + length)), text: text))
            }
          default: break
          }
          offset += length
        }
      }
      scan(token.leadingTrivia)
      offset += token.trimmedLength.utf8Length
      scan(token.trailingTrivia)
    }
    return result
  }

  // MARK: C

  private static func foreign(
    _ sources: SwiftSources, _ knowledge: any ForeignKnowledge, _ queue: ParallelQueue,
    _ diagnostics: inout [Diagnostic]
  ) -> ForeignCode {
    guard let foreign = sources.foreign, !foreign.sources.isEmpty else { return ForeignCode(knowledge: knowledge) }
    guard let clang = LibClang.shared else {
      let place = Place(file: sources.files[0].reportedPath, line: 1, column: 1)
      diagnostics.append(Diagnostic(at: place, LibClang.missing))
      return ForeignCode(knowledge: knowledge)
    }
    let names = CalledNames.names(in: sources.files)
    let package = CPackage.read(
      [(sources: foreign.sources, names: names)], knowledge: knowledge, clang: clang, queue: queue)[0]
    return ForeignCode(package, knowledge: knowledge)
  }
}
