import CFrontend
import Flow

/// Go files that were found and read, before they are parsed: enough to tell whether anything changed since an earlier run.
public struct GoSources: Sendable {
  private let graph: PackageGraph
  private let queue: ParallelQueue
  private let foreign: [ForeignPackages.Input]

  /// Finds and reads the packages of files and folders, and what they import.
  ///
  /// Works in parallel. Complexity: linear in the size of the source.
  public init(paths: [String], options: GoProgram.Options = GoProgram.Options()) {
    queue = ParallelQueue(threads: options.threads)
    var loading = PackageLoader.Options()
    loading.context = options.context
    loading.loadsAllContexts = options.loadsAllContexts
    loading.includesTests = options.includesTests
    loading.root = options.root
    loading.isIncluded = options.isIncluded
    loading.overlay = options.overlay
    var graph = PackageLoader.load(paths, options: loading, queue: queue)
    if let shard = options.shard { graph.restrict(toShard: shard.number, of: shard.count) }
    self.graph = graph
    foreign = ForeignPackages.inputs(graph, overlay: options.overlay, queue: queue)
  }

  /// How many files were read, those of dependencies included.
  public var fileCount: Int { graph.files.count }

  /// A digest of everything that was read, and of `salt`. Equal digests mean equal programs.
  public func fingerprint(salt: String) -> String {
    let digests = queue.map(Array(graph.files.indices)) { number -> UInt64 in
      let file = graph.files[number]
      return ContentHash.hash(
        file.source.bytes, seed: ContentHash.hash("\(file.reportedPath) \(file.version.minor) \(file.isSelected)"))
    }
    var digest = ContentHash.hash(salt)
    for value in digests + foreign.map(\.digest) { digest = ContentHash.combine(digest, value) }
    for package in graph.packages {
      // What go.mod and the like decide: imports, language version, contexts.
      let imports = package.imports.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
      digest = ContentHash.combine(
        digest,
        ContentHash.hash("\(package.symbolPath) \(package.role) \(package.version.minor) \(package.files) \(imports)"))
    }
    for diagnostic in graph.diagnostics { digest = ContentHash.combine(digest, ContentHash.hash("\(diagnostic)")) }
    return ContentHash.text(digest)
  }

  /// Parses, checks and lowers the packages. Their C code is read first: it says what C names mean.
  ///
  /// - Parameter cache: A folder where what C code says, and what packages are lowered to, is kept between runs. It must be another one for each build, and whenever
  ///   `knowledge` says something else.
  public func program(symbols: SymbolTable, knowledge: any ForeignKnowledge, cache: String? = nil) -> GoProgram {
    let foreign = ForeignPackages.read(
      self.foreign, graph, knowledge: knowledge, cache: cache, queue: queue)
    let near = graph.packagesNearC
    let kept = cache.map {
      PackageCache(
        folder: $0, graph: graph, foreign: foreign.digests, near: near, symbols: symbols, queue: queue)
    }
    var result = GoProgram(graph, foreign: foreign, near: near, symbols: symbols, cache: kept, queue: queue)
    foreign.complete(&result)
    return result
  }
}
