import Findings
import Flow
import Foundation

/// Go packages in the intermediate form: what the analysis starts from.
public struct GoProgram: Sendable {
  /// What to load, and how.
  public struct Options: Sendable {
    /// The build context whose files come first.
    public var context = BuildContext()
    /// Whether files that this context leaves out are analysed too, in contexts that take them.
    public var loadsAllContexts = true
    /// Whether `_test.go` files take part.
    public var includesTests = false
    /// The folder that reported paths are relative to.
    public var root = FileManager.default.currentDirectoryPath
    /// Files and folders, by reported path, for which this is false are passed over.
    public var isIncluded: @Sendable (String) -> Bool = { _ in true }
    /// Contents that stand in for those of files. Headers count as they are on disk, because libclang reads them.
    public var overlay = SourceOverlay.none
    /// The part of the packages that is analysed: number, from 1, of how many.
    public var shard: (number: Int, count: Int)?
    /// How many threads work at once.
    public var threads = ProcessInfo.processInfo.activeProcessorCount

    /// The defaults.
    public init() {}
  }

  /// C code of a package: what the C frontend reads.
  public struct ForeignSource: Sendable {
    /// The package's unit, as an index in `units`.
    public var unit: Int
    /// Where the package lies.
    public var directory: String
    /// The comments above `import "C"`.
    public var preambles: [Preamble]
    /// C, C++ and Objective-C files and headers of the package.
    public var files: [String]

    /// The comment above an `import "C"`.
    public struct Preamble: Sendable {
      /// The Go file.
      public var path: String
      /// The C code; line 1 of it is line `line` of the Go file.
      public var text: String
      /// Where it starts in the Go file, counted from 1.
      public var line: Int
      /// Words for the C compiler, from `#cgo CFLAGS` and `CPPFLAGS`.
      public var compilerOptions: [String]
      /// Packages of pkg-config that it asks for.
      public var packageConfigs: [String]
    }
  }

  /// A comment of a Go file, for those who look for `belay:ignore`.
  public struct Comment: Sendable {
    /// Where it stands.
    public var range: SourceRange
    /// Its text with the markers.
    public var text: String
  }

  /// One unit for each package and build context, in the order of import path and context.
  public var units: [Flow.Unit]
  /// The names in the units.
  public let symbols: SymbolTable
  /// The places of the ranges in the units.
  public let sourceMap: any SourceMap
  /// What could not be read or parsed.
  public var diagnostics: [Diagnostic]
  /// C code, for units that have some.
  public var foreignSources: [ForeignSource]
  /// Comments that mention `belay:`, in the order of the files.
  public var directives: [Comment]
  /// The reported paths of the files that were analysed.
  public var files: [String]
  /// Reported paths of files that stand beside a file that was named alone: nothing is to be reported in them.
  public var unselectedFiles: Set<String>
  /// Lines in the files that were analysed.
  public var lines: Int
  /// What tells the content of each unit from any other, for caches; nil without one.
  public var identities: [SolverCache.UnitIdentity?]
  /// How many units were there from an earlier run.
  public var cachedUnits: Int

  /// Loads, checks and lowers the packages of files and folders, `x/...` forms among them. Never fails: what cannot be read is in `diagnostics`.
  ///
  /// Works in parallel. Complexity: linear in the size of the source.
  public static func load(
    paths: [String], options: Options = Options(), symbols: SymbolTable = SymbolTable(),
    knowledge: any ForeignKnowledge = NoForeignKnowledge()
  ) -> GoProgram {
    GoSources(paths: paths, options: options).program(symbols: symbols, knowledge: knowledge)
  }

  init(
    _ graph: PackageGraph, foreign: ForeignPackages, near: Set<Int>, symbols: SymbolTable, cache: PackageCache?,
    queue: ParallelQueue
  ) {
    let packages = graph.packages.filter { $0.role == .analysed }
    let analysed = Set(packages.map(\.symbolPath))
    var known: [Int: PackageLowering.Result] = [:]
    if let cache {
      for (package, result) in zip(packages, queue.map(packages) { cache.result(ofPackage: $0.number) }) {
        known[package.number] = result
      }
    }
    let program = TypedProgram(graph: graph, foreign: foreign, known: Set(known.keys), queue: queue)
    let lowered = program.checkPackages { checked in
      let result = PackageLowering.run(
        checked, declarations: program.declarations, symbols: symbols, analysed: analysed,
        isNearC: near.contains(checked.package.number), isTest: { graph.files[Int($0)].isTest })
      // Diagnostics are not kept: what does not parse is parsed again.
      let isClean = checked.package.files.allSatisfy { program.facts($0).diagnostics.isEmpty }
      if isClean { cache?.keep(result, ofPackage: checked.package.number) }
      return result
    }
    known.merge(lowered) { _, new in new }
    cachedUnits = packages.count - lowered.count
    let results = packages.compactMap { known[$0.number] }
    var interfaces: [Symbol: InterfaceImplementations.Call] = [:]
    for result in results { interfaces.merge(result.interfaces) { first, _ in first } }
    let implementations = InterfaceImplementations.resolve(interfaces, results.flatMap(\.types), symbols)
    let order = packages.indices.sorted { packages[$0].symbolPath < packages[$1].symbolPath }
    var units: [Flow.Unit] = []
    var sources: [ForeignSource] = []
    identities = order.map { cache?.identity(ofPackage: packages[$0].number) }
    for index in order {
      var unit = results[index].unit
      for symbol in results[index].interfaces.keys { unit.implementations[symbol] = implementations[symbol] }
      let source = Self.foreignSource(packages[index], unit: units.count, graph)
      if !source.preambles.isEmpty || !source.files.isEmpty { sources.append(source) }
      units.append(unit)
    }
    self.units = units
    self.symbols = symbols
    foreignSources = sources
    sourceMap = GoSourceMap(program)
    diagnostics = (graph.diagnostics + program.diagnostics).sorted { $0.place < $1.place }
    let numbers = Set(packages.flatMap(\.files)).sorted()
    files = numbers.map { graph.files[$0].reportedPath }
    unselectedFiles = Set(numbers.filter { !graph.files[$0].isSelected }.map { graph.files[$0].reportedPath })
    lines = numbers.reduce(0) { $0 + program.facts($1).lineStarts.count - 1 }
    directives = numbers.flatMap { number in
      program.facts(number).directives.map { comment, text in
        Comment(range: SourceRange(file: Int32(number), start: comment.start, end: comment.end), text: text)
      }
    }
  }

  private static func foreignSource(_ package: GoPackage, unit: Int, _ graph: PackageGraph) -> ForeignSource {
    let preambles = package.files.flatMap { CgoPreamble.read(graph.files[$0], context: package.context) }
    return ForeignSource(
      unit: unit, directory: package.directory,
      preambles: preambles.map {
        ForeignSource.Preamble(
          path: $0.path, text: $0.text, line: $0.line, compilerOptions: $0.compilerOptions,
          packageConfigs: $0.options["pkg-config"] ?? [])
      }, files: package.foreignFiles)
  }
}
