import Findings
import Flow

/// The inventory of the map types in Go packages: what `belay maps` prints.
///
/// It lists each map type that is written, each use of `sync.Map`, and each variable, field, parameter or result of a named map type, in the packages that one build
/// context gives. `Benchmarks/maps-oracle.sh` holds it against Go's own type checker.
public struct MapInventory: Sendable {
  /// The places, in the order of file and position.
  public var rows: [MapRow]
  /// Files that could not be read or parsed.
  public var diagnostics: [Diagnostic]

  /// Reads the packages below the paths.
  ///
  /// - Parameters:
  ///   - paths: files and folders; a folder means everything below it.
  ///   - context: the build context that chooses files.
  ///   - includesTests: whether `_test.go` files take part.
  ///   - threads: how many threads to use.
  /// - Complexity: linear in the size of the source and of what is looked at in its dependencies.
  public init(paths: [String], context: BuildContext = BuildContext(), includesTests: Bool = false, threads: Int? = nil)
  {
    let queue = threads.map { ParallelQueue(threads: $0) } ?? ParallelQueue()
    var options = PackageLoader.Options()
    options.context = context
    options.loadsAllContexts = false
    options.includesTests = includesTests
    let graph = PackageLoader.load(paths, options: options, queue: queue)
    let program = TypedProgram(graph: graph, queue: queue)
    let found = program.checkPackages { package in
      package.files.flatMap { MapCollector(package, file: $0.file, info: $0.info).collect() }
    }
    rows = Array(Set(found.flatMap(\.output))).sorted {
      ($0.file, $0.line, $0.column, $0.form.rawValue) < ($1.file, $1.line, $1.column, $1.form.rawValue)
    }
    diagnostics = graph.diagnostics + program.diagnostics
  }

  /// The map at a position in a file; nil when there is none. The package of the file is read for it, and what that imports.
  ///
  /// - Parameters:
  ///   - line: counted from 1.
  ///   - column: counted from 1, in bytes.
  public static func map(inFile path: String, line: Int, column: Int, options: GoProgram.Options) -> MapOccurrence? {
    let queue = ParallelQueue(threads: options.threads)
    var loading = PackageLoader.Options()
    loading.context = options.context
    loading.loadsAllContexts = options.loadsAllContexts
    loading.includesTests = options.includesTests || path.hasSuffix("_test.go")
    loading.root = options.root
    loading.overlay = options.overlay
    let graph = PackageLoader.load([path], options: loading, queue: queue)
    let reported = loading.reported(path)
    let program = TypedProgram(graph: graph, queue: queue)
    let found = program.checkPackages { package -> MapOccurrence? in
      guard let file = package.files.first(where: { $0.file.tree.path == reported }) else { return nil }
      return MapCollector(package, file: file.file, info: file.info).occurrence(line: line, column: column)
    }
    return found.lazy.compactMap(\.output).first
  }
}
