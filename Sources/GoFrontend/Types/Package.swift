import CFrontend

/// A file of a package with its scope.
final class PackageFile: @unchecked Sendable {
  // Unchecked: `imports` and `dotImports` are filled when the package is added, before it is seen by others.
  private let syntax: FileSyntax
  /// The minor version of Go that its module or itself asks for.
  let goVersion: Int
  /// The number of the file among all files of the check: `SourceRange.file`.
  let number: Int32
  /// Imported packages by the name they have in the file.
  var imports = NameMap()
  /// Indices of the packages whose names are visible without qualification.
  var dotImports: [Int32] = []

  /// The tree; parsed when it is not there. Complexity: O(1) while the package is analysed.
  var tree: SyntaxTree { syntax.tree }

  init(_ syntax: FileSyntax, goVersion: Int, number: Int32) {
    self.syntax = syntax
    self.goVersion = goVersion
    self.number = number
  }
}

/// A node among all files of a package.
struct NodeKey: Hashable {
  var file: Int32
  var node: Int32
}

/// A package with its scope.
final class Package: @unchecked Sendable {
  // Unchecked: filled under the lock of `Declarations` before its index is known to others.
  /// The prefix of its symbols.
  let path: String
  let name: Name
  let files: [PackageFile]
  /// Its number in the `PackageGraph`; -1 when it is built in.
  let number: Int
  /// Package-level objects.
  var scope = NameMap()
  /// Package-level objects and methods in the order of the source.
  var objects: [ObjectID] = []
  /// The first object that a spec or function declaration declares.
  var byNode: [NodeKey: ObjectID] = [:]
  /// Methods by the object of their receiver's type.
  var methods: [ObjectID: [Name: ObjectID]] = [:]

  init(path: String, name: Name, files: [PackageFile], number: Int) {
    self.path = path
    self.name = name
    self.files = files
    self.number = number
  }
}

/// Gives the packages that others import.
protocol PackageSource: AnyObject, Sendable {
  /// The number of the package that an import means in a package; nil when it was not found.
  func target(ofImport path: String, in package: Int) -> Int?
  /// The path and the parsed files of a package.
  func contents(ofPackage number: Int) -> (path: String, files: [PackageFile])
}

/// What the C frontend knows of C names, as Go types in Go's notation: `*C.char`, `unsafe.Pointer`, `C.int`.
protocol ForeignTypes: Sendable {
  /// Whether a C name is a type.
  func isType(_ name: String, package: String) -> Bool
  /// The result type of a C function, empty for void; nil when it is not known.
  func result(ofFunction name: String, package: String) -> String?
  /// The type of a C variable; nil when it is none or not known.
  func type(ofValue name: String, package: String) -> String?
  /// What a macro or enumerator stands for; nil when it is no constant or not known.
  func constant(_ name: String, package: String) -> CConstant?
  /// The type of a field of a C struct.
  func type(ofField field: String, inType type: String, package: String) -> String?
}

/// Knows nothing of C.
struct NoForeignTypes: ForeignTypes {
  func isType(_ name: String, package: String) -> Bool { false }
  func result(ofFunction name: String, package: String) -> String? { nil }
  func type(ofValue name: String, package: String) -> String? { nil }
  func constant(_ name: String, package: String) -> CConstant? { nil }
  func type(ofField field: String, inType type: String, package: String) -> String? { nil }
}
