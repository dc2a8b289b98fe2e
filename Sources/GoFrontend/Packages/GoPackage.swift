import Findings

/// A Go file that was found and read.
struct GoSourceFile: Sendable {
  /// Its number in `PackageGraph.files`, which is also `SourceRange.file`.
  var number: Int
  /// Where it lies.
  var path: String
  /// The path as reports show it: relative to the root of the check where it lies below it.
  var reportedPath: String
  /// Its bytes.
  var source: SourceBytes
  /// What stands at its head.
  var header: FileHeader
  /// The language version that holds in it.
  var version: GoVersion
  /// Whether its name ends in `_test.go`.
  var isTest: Bool
  /// Whether what is found in it is reported: not so when it only stands beside a file that was named alone.
  var isSelected: Bool
}

/// Go files that are compiled together, in one build context.
struct GoPackage: Sendable {
  /// What a package is loaded for.
  enum Role: Sendable {
    /// Its functions are analysed.
    case analysed
    /// Others import it: only its declarations matter.
    case dependency
  }

  /// How it stands to the tests of its folder.
  enum Kind: Sendable {
    /// Without tests.
    case plain
    /// With the `_test.go` files of the same package.
    case withTests
    /// The package `x_test`.
    case externalTests
  }

  /// Its number in `PackageGraph.packages`.
  var number: Int
  /// What an import of it says.
  var importPath: String
  /// The prefix of its symbols: the import path, with the build context behind it where that is not the default one.
  var symbolPath: String
  /// The name in its package clauses.
  var name: String
  /// Where it lies.
  var directory: String
  var role: Role
  var kind: Kind
  /// For what it is built.
  var context: BuildContext
  /// Whether the distribution of Go owns it.
  var isStandardLibrary: Bool
  /// The path of the module that owns it; empty outside of modules.
  var modulePath: String
  /// The version of the module's go line; single files may differ.
  var version: GoVersion
  /// Numbers of its files, in the order of their names.
  var files: [Int]
  /// Import path as written, to package number. What is missing could not be found; "C" and "unsafe" are never in it.
  var imports: [String: Int] = [:]
  /// C, C++ and Objective-C files and headers of its folder that this context admits, when it uses cgo.
  var foreignFiles: [String] = []
}

/// Everything that was loaded: files, and packages made of them. A file may belong to several packages; each is read once.
struct PackageGraph: Sendable {
  var files: [GoSourceFile] = []
  var packages: [GoPackage] = []
  /// Folders and files that could not be read, go.mod lines that could not be understood.
  var diagnostics: [Diagnostic] = []
  /// The numbers of the packages such that each comes after those that it imports. Import cycles are cut anywhere.
  var order: [Int] = []

  /// For each package the packages that it imports; what `ParallelQueue.forEach(dependencies:)` takes.
  var dependencies: [[Int]] { packages.map { Array($0.imports.values).sorted() } }
}
