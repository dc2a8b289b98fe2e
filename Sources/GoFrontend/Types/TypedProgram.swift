import Findings
import Flow

/// The packages of a check with their syntax and what they declare; function bodies are checked package by package, in parallel, and what is found out about a
/// body is handed over and let go.
final class TypedProgram: PackageSource, @unchecked Sendable {
  // Unchecked: `trees` of dependencies are filled under `lock`; everything else is set before other threads see it.
  let graph: PackageGraph
  let names: NameTable
  let declarations: Declarations
  let queue: ParallelQueue
  private var trees: [SyntaxTree?]
  private let lock = RecursiveLock()

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

  /// Parses the packages that are analysed, in parallel; the others are parsed when something of them is asked for.
  init(
    graph: PackageGraph, names: NameTable = NameTable(), foreign: any ForeignTypes = NoForeignTypes(),
    queue: ParallelQueue
  ) {
    self.graph = graph
    self.names = names
    self.queue = queue
    declarations = Declarations(names: names, foreign: foreign)
    var isWanted = [Bool](repeating: false, count: graph.files.count)
    for package in graph.packages where package.role == .analysed {
      for file in package.files { isWanted[file] = true }
    }
    let wanted = graph.files.indices.filter { isWanted[$0] }
    let parsed = queue.map(wanted) { number in
      Parser.parse(source: graph.files[number].source, path: graph.files[number].reportedPath, names: names)
    }
    trees = [SyntaxTree?](repeating: nil, count: graph.files.count)
    for (number, tree) in zip(wanted, parsed) { trees[number] = tree }
    declarations.source = self
    for package in graph.packages where package.role == .analysed { _ = declarations.index(ofPackage: package.number) }
  }

  /// What did not parse in the files that are analysed.
  var diagnostics: [Diagnostic] {
    graph.files.indices.flatMap { graph.files[$0].isSelected ? trees[$0]?.diagnostics ?? [] : [] }
  }

  /// The syntax of a file.
  func tree(_ number: Int) -> SyntaxTree {
    lock.locked {
      if let known = trees[number] { return known }
      let file = graph.files[number]
      let tree = Parser.parse(source: file.source, path: file.reportedPath, names: names)
      trees[number] = tree
      return tree
    }
  }

  func target(ofImport path: String, in package: Int) -> Int? { graph.packages[package].imports[path] }

  func contents(ofPackage number: Int) -> (path: String, files: [PackageFile]) {
    let package = graph.packages[number]
    let files = package.files.map { number in
      PackageFile(tree: tree(number), goVersion: graph.files[number].version.minor, number: Int32(number))
    }
    return (package.symbolPath, files)
  }

  /// Checks all analysed packages, and gives what `body` makes of each, in the order of their numbers.
  func checkPackages<Output: Sendable>(_ body: @Sendable (CheckedPackage) -> Output) -> [Output] {
    let wanted = graph.packages.filter { $0.role == .analysed }
    return queue.map(wanted) { package in
      let index = declarations.index(ofPackage: package.number)
      let files = declarations.package(index).files
      var checked: [(file: PackageFile, info: FileInfo)] = []
      for (number, file) in files.enumerated() {
        let info = FileInfo(tree: file.tree)
        TypeChecker(declarations, package: index, file: Int32(number), info: info).checkFile()
        checked.append((file, info))
      }
      let checker = TypeChecker(declarations, package: index, file: 0, info: nil)
      return body(CheckedPackage(package: package, index: index, files: checked, checker: checker))
    }
  }
}
