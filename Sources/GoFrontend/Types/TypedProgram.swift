import Findings
import Flow

/// The packages of a check with their syntax and what they declare; function bodies are checked package by package, in parallel, and what is found out about a
/// body is handed over and let go.
final class TypedProgram: PackageSource, @unchecked Sendable {
  // Unchecked: everything is set before other threads see it.
  let graph: PackageGraph
  let names: NameTable
  let declarations: Declarations
  let queue: ParallelQueue
  private let files: [FileSyntax]
  /// Packages that are analysed.
  private let wanted: [GoPackage]

  /// A package whose bodies were checked.
  struct CheckedPackage {
    /// The package in the graph.
    let package: GoPackage
    /// Its index in `Declarations`.
    let index: Int32
    /// Its files with what was found out about their nodes.
    let files: [(file: PackageFile, info: FileInfo)]
    /// A checker in the first file, for questions about types.
    let checker: TypeChecker
  }

  /// Files are parsed when their package is checked, or when something of them is asked for.
  ///
  /// - Parameter known: the numbers of packages that need not be checked, because it is known already what would come of it.
  init(
    graph: PackageGraph, names: NameTable = NameTable(), foreign: any ForeignTypes = NoForeignTypes(),
    known: Set<Int> = [], queue: ParallelQueue
  ) {
    self.graph = graph
    self.names = names
    self.queue = queue
    declarations = Declarations(names: names, foreign: foreign)
    wanted = graph.order.map { graph.packages[$0] }.filter { $0.role == .analysed && !known.contains($0.number) }
    var users = [Int](repeating: 0, count: graph.files.count)
    for package in wanted {
      for file in package.files { users[file] += 1 }
    }
    files = graph.files.map {
      FileSyntax(source: $0.source, path: $0.reportedPath, names: names, users: users[$0.number])
    }
    declarations.source = self
  }

  /// What did not parse in the files that are analysed.
  var diagnostics: [Diagnostic] {
    graph.files.indices.flatMap { graph.files[$0].isSelected ? files[$0].diagnostics : [] }
  }

  /// What is known of a file without its tree.
  func facts(_ number: Int) -> FileSyntax.Facts { files[number].facts }

  func target(ofImport path: String, in package: Int) -> Int? { graph.packages[package].imports[path] }

  func contents(ofPackage number: Int) -> (path: String, files: [PackageFile]) {
    let package = graph.packages[number]
    let files = package.files.map { number in
      PackageFile(self.files[number], goVersion: graph.files[number].version.minor, number: Int32(number))
    }
    return (package.symbolPath, files)
  }

  /// Checks the packages that are analysed and not known, and gives what `body` makes of each, with its number.
  ///
  /// Packages are taken after those that they import, as far as several threads allow, and their trees go when they are done: so only a few trees are there at a time.
  func checkPackages<Output: Sendable>(_ body: @Sendable (CheckedPackage) -> Output) -> [(package: Int, output: Output)]
  {
    // With few packages most threads would watch one of them parse what it imports.
    if wanted.count < queue.threads {
      let targets = wanted.flatMap { [$0.number] + $0.imports.values }
      let numbers = Set(targets.flatMap { graph.packages[$0].files }).sorted {
        graph.files[$0].source.count > graph.files[$1].source.count
      }
      queue.forEach(count: numbers.count) { _ = files[numbers[$0]].tree }
    }
    let results = queue.map(wanted) { package in
      // Parsed here, and not under the lock of the declarations, which others wait for.
      for target in [package.number] + package.imports.values.sorted() where !declarations.isKnown(package: target) {
        for file in graph.packages[target].files { _ = files[file].tree }
      }
      let index = declarations.index(ofPackage: package.number)
      let checker = TypeChecker(declarations, package: index, file: 0, info: nil)
      var checked: [(file: PackageFile, info: FileInfo)] = []
      for (number, file) in declarations.package(index).files.enumerated() {
        let info = FileInfo(tree: file.tree)
        TypeChecker(declarations, package: index, file: Int32(number), info: info).checkFile()
        checked.append((file, info))
      }
      checker.resolveAll()
      let result = body(CheckedPackage(package: package, index: index, files: checked, checker: checker))
      for file in package.files { files[file].release() }
      return result
    }
    return zip(wanted, results).map { ($0.number, $1) }
  }
}
