import Findings
import Flow
import Foundation

// From the paths of a command line to packages.
//
// 1. The paths are expanded to folders. 2. All folders are read in parallel: bytes and heads of the files. 3. The files of each folder are put
// together to packages: those of the default context, those of further contexts for files that the default one leaves out, tests. 4. What they
// import is resolved to folders, which are read in parallel in turn, until nothing new turns up: these are dependencies, of which only the
// declarations matter. 5. Imports are linked, in the importer's own context where there is a package for it, and the packages put in order.

/// Finds and reads Go packages.
struct PackageLoader {
  /// What to load, and how.
  struct Options: Sendable {
    /// The default build context.
    var context = BuildContext()
    /// Whether files that the default context leaves out are loaded in other contexts.
    var loadsAllContexts = true
    /// Whether `_test.go` files take part.
    var includesTests = false
    /// Whether imported packages outside of the paths are loaded.
    var loadsDependencies = true
    /// The folder that reported paths are relative to.
    var root = FileManager.default.currentDirectoryPath { didSet { absoluteRoot = FileSystem.absolute(root) } }
    private var absoluteRoot = FileManager.default.currentDirectoryPath
    /// Contents that stand in for those of files.
    var overlay = SourceOverlay.none
    /// Where distribution and module cache lie; found by itself when nil.
    var roots: ModuleResolver.Roots?
    /// Paths for which this is false are passed over while folders are walked. The path is the one that reports show.
    var isIncluded: @Sendable (String) -> Bool = { _ in true }

    /// The path as reports show it.
    func reported(_ path: String) -> String {
      let root = absoluteRoot
      if path == root { return "." }
      guard FileSystem.isInside(path, root) else { return path }
      return root == "/" ? String(path.dropFirst()) : String(path.dropFirst(root.count + 1))
    }
  }

  private let options: Options
  private let queue: ParallelQueue
  private var resolver: ModuleResolver
  private var graph = PackageGraph()
  private var listings: [String: FolderListing] = [:]
  private var fileNumbers: [String: Int] = [:]
  /// Folders that were asked for; the files that were named alone, where the whole folder was not.
  private var selections: [String: Set<String>?] = [:]
  /// Packages that an import can mean, by folder and context.
  private var importable: [String: [BuildContext: Int]] = [:]

  /// Loads the packages of files and folders, `x/...` forms among them; a folder means everything below it.
  static func load(_ paths: [String], options: Options, queue: ParallelQueue = ParallelQueue()) -> PackageGraph {
    var loader = PackageLoader(options: options, queue: queue)
    return loader.run(paths)
  }

  private init(options: Options, queue: ParallelQueue) {
    self.options = options
    self.queue = queue
    resolver = ModuleResolver(roots: options.roots ?? .find()) { options.reported($0) }
  }

  private mutating func run(_ paths: [String]) -> PackageGraph {
    let folders = expand(paths)
    // The modules are read first: a distribution that is itself checked is its own standard library.
    for folder in folders { _ = resolver.module(of: folder) }
    read(folders, tests: options.includesTests)
    for folder in folders { addRoots(folder) }
    if options.loadsDependencies { addDependencies() }
    link()
    graph.diagnostics += resolver.diagnostics
    graph.diagnostics.sort { ($0.place, $0.message) < ($1.place, $1.message) }
    return graph
  }

  private func note(_ path: String, _ message: String) -> Diagnostic {
    Diagnostic(at: Place(file: options.reported(path), line: 1, column: 1), message)
  }

  // MARK: Paths

  /// All folders that the paths mean, each once, in the order of the paths.
  private mutating func expand(_ paths: [String]) -> [String] {
    var folders: [String] = []
    var walked: Set<[UInt64]> = []
    for argument in paths {
      var path = argument
      if path == "..." { path = "." } else if path.hasSuffix("/...") { path = String(path.dropLast(4)) }
      if path.isEmpty { path = "/" }
      let full = FileSystem.absolute(path)
      switch FileSystem.kind(full) {
      case .file? where full.hasSuffix(".go"): select(full, &folders)
      case .folder?: walk(full, &folders, &walked)
      case nil where full.hasSuffix(".go") && options.overlay.bytes(ofFile: full) != nil: select(full, &folders)
      case nil: graph.diagnostics.append(note(full, "there is no such file or folder"))
      default: graph.diagnostics.append(note(full, "is neither a folder nor a Go file"))
      }
    }
    return folders
  }

  /// Takes a file that was named alone.
  private mutating func select(_ path: String, _ folders: inout [String]) {
    let folder = FileSystem.parent(path)
    let name = String(FileSystem.name(path))
    if let known = selections[folder] {
      if let names = known { selections[folder] = .some(names.union([name])) }
    } else {
      selections[folder] = .some([name])
      folders.append(folder)
    }
  }

  private mutating func walk(_ root: String, _ folders: inout [String], _ walked: inout Set<[UInt64]>) {
    var open = [root]
    while let folder = open.popLast() {
      // A folder that is reached twice, through links or overlapping arguments, is walked once.
      guard let identity = FileSystem.identity(folder), walked.insert(identity).inserted else { continue }
      let entries: [FileSystem.Entry]
      do {
        entries = try FileSystem.entries(folder, options.overlay)
      } catch {
        graph.diagnostics.append(note(folder, "cannot be read: \(error.reason)"))
        continue
      }
      if entries.contains(where: { $0.kind == .file && $0.name.hasSuffix(".go") }) {
        if selections.updateValue(nil, forKey: folder) == nil { folders.append(folder) }
      }
      for entry in entries.reversed() where entry.kind == .folder {
        if entry.name == "testdata" || entry.name == "vendor" || entry.name.hasPrefix(".") || entry.name.hasPrefix("_")
        {
          continue
        }
        let path = FileSystem.join(folder, entry.name)
        if options.isIncluded(options.reported(path)) { open.append(path) }
      }
    }
  }

  private mutating func read(_ folders: [String], tests: Bool) {
    let options = options
    let new = queue.map(folders) { folder in
      FolderListing.read(folder, includingTests: tests, overlay: options.overlay) { options.reported($0) }
    }
    for (folder, listing) in zip(folders, new) {
      listings[folder] = listing
      graph.diagnostics += listing.diagnostics
    }
  }

  // MARK: Packages

  private mutating func addRoots(_ folder: String) {
    guard var listing = listings[folder] else { return }
    let selection = selections[folder] ?? nil
    if selection == nil {
      let options = options
      listing.goFiles.removeAll { !options.isIncluded(options.reported(FileSystem.join(folder, $0.name))) }
    }
    add(listing, context: options.context, isVariant: false, role: .analysed)
    guard options.loadsAllContexts else { return }
    for context in listing.variants(beside: options.context) {
      add(listing, context: context, isVariant: true, role: .analysed)
    }
  }

  /// Makes the packages of a folder in one context.
  private mutating func add(
    _ listing: FolderListing, context: BuildContext, isVariant: Bool, role: GoPackage.Role
  ) {
    let included = listing.goFiles.filter { $0.isIncluded(in: context) }
    if isVariant, context.tags.contains("ignore"), !options.context.tags.contains("ignore") {
      // By convention files with this tag are run or read by themselves, whatever package they name.
      var without = context
      without.tags.remove("ignore")
      for file in included where file.mayMatter && !file.isIncluded(in: without) {
        append(listing, [file], file.header.packageName, context, isVariant, role, .plain, suffix: file.name)
      }
      return
    }
    // Several packages in one folder are an error to the go command; here each is analysed by itself.
    var groups: [(name: String, files: [FolderListing.GoFile])] = []
    for file in included where !file.isTest {
      if let index = groups.firstIndex(where: { $0.name == file.header.packageName }) {
        groups[index].files.append(file)
      } else {
        groups.append((file.header.packageName, [file]))
      }
    }
    groups.sort { $0.files.count > $1.files.count }
    let tests = included.filter(\.isTest)
    if groups.isEmpty, let test = tests.first(where: { !$0.header.packageName.hasSuffix("_test") }) {
      groups.append((test.header.packageName, []))
    }
    let base = options.context
    let isNews = { (file: FolderListing.GoFile) in !file.isIncluded(in: base) && file.mayMatter }
    let hasInnerTests = tests.contains { $0.header.packageName == groups.first?.name }
    for (position, group) in groups.enumerated() {
      if position == 0 {
        // A further context that adds nothing to this package is for another package of the folder, or for its tests.
        if isVariant, !group.files.contains(where: isNews), !(hasInnerTests && tests.contains(where: isNews)) {
          continue
        }
        if !group.files.isEmpty {
          // With tests the package is analysed together with them; others import the one without.
          let plain: GoPackage.Role = hasInnerTests ? .dependency : role
          let number = append(listing, group.files, group.name, context, isVariant, plain, .plain)
          importable[listing.directory, default: [:]][context] = number
        }
        if hasInnerTests {
          let files = group.files + tests.filter { $0.header.packageName == group.name }
          append(listing, files, group.name, context, isVariant, role, .withTests)
        }
      } else if isVariant {
        // Programs that a tag keeps apart (`//go:build ignore`) have nothing to do with one another.
        for file in group.files where isNews(file) {
          append(listing, [file], group.name, context, isVariant, role, .plain, suffix: file.name)
        }
      } else {
        append(listing, group.files, group.name, context, isVariant, role, .plain, suffix: group.name)
      }
    }
    let external = tests.filter {
      $0.header.packageName.hasSuffix("_test") && $0.header.packageName != groups.first?.name
    }
    if !external.isEmpty, !isVariant || external.contains(where: isNews) {
      append(listing, external, external[0].header.packageName, context, isVariant, role, .externalTests)
    }
  }

  @discardableResult
  private mutating func append(
    _ listing: FolderListing, _ files: [FolderListing.GoFile], _ name: String, _ context: BuildContext,
    _ isVariant: Bool, _ role: GoPackage.Role, _ kind: GoPackage.Kind, suffix: String = ""
  ) -> Int {
    let module = resolver.module(of: listing.directory)
    var importPath = importPath(of: listing.directory, module)
    if kind == .externalTests { importPath += "_test" }
    var symbolPath = importPath
    if !suffix.isEmpty { symbolPath += " [\(suffix)]" }
    if isVariant { symbolPath += " [\(context.description)]" }
    let version = module?.version ?? .newest
    let number = graph.packages.count
    let numbers = files.map { self.number(of: $0, in: listing.directory, version) }
    graph.packages.append(
      GoPackage(
        number: number, importPath: importPath, symbolPath: symbolPath, name: name, directory: listing.directory,
        role: role, kind: kind, context: context, isStandardLibrary: isStandard(listing.directory, module),
        modulePath: module?.path ?? "", version: version, files: numbers,
        foreignFiles: files.contains { $0.header.usesCgo } ? listing.foreignPaths(in: context) : []))
    return number
  }

  private func isStandard(_ folder: String, _ module: GoModule?) -> Bool {
    if let module { return module.isStandard }
    guard let goroot = resolver.roots.goroot else { return false }
    return FileSystem.isInside(folder, goroot + "/src")
  }

  private func importPath(of folder: String, _ module: GoModule?) -> String {
    if let module, !module.path.isEmpty {
      // A vendored package is imported by what stands behind `vendor`.
      if !module.isStandard, let path = FileSystem.path(in: folder, behind: "/vendor/") { return path }
      return module.importPath(of: folder)
    }
    for root in resolver.roots.gopath where folder.hasPrefix("\(root)/src/") {
      return String(folder.dropFirst(root.count + 5))
    }
    if let goroot = resolver.roots.goroot, folder.hasPrefix("\(goroot)/src/") {
      return String(folder.dropFirst(goroot.count + 5))
    }
    // Outside of all modules the folder's own name is what is left.
    let reported = options.reported(folder)
    return reported == "." || reported.hasPrefix("/") ? String(FileSystem.name(folder)) : reported
  }

  private mutating func number(of file: FolderListing.GoFile, in folder: String, _ version: GoVersion) -> Int {
    let path = FileSystem.join(folder, file.name)
    if let known = fileNumbers[path] { return known }
    let number = graph.files.count
    let selection: Set<String>?? = selections[folder]
    graph.files.append(
      GoSourceFile(
        number: number, path: path, reportedPath: options.reported(path), source: file.source, header: file.header,
        version: GoVersion.ofFile(module: version, constraint: file.header.constraint), isTest: file.isTest,
        isSelected: (selection ?? nil)?.contains(file.name) ?? true))
    fileNumbers[path] = number
    return number
  }

  // MARK: Imports

  /// The imports of a package as they are written, each once, without those that name no folder.
  private func imports(of package: GoPackage) -> [String] {
    var seen: Set<String> = ["C", "unsafe"]
    var paths: [String] = []
    for file in package.files {
      for entry in graph.files[file].header.imports where seen.insert(entry.path).inserted { paths.append(entry.path) }
    }
    return paths
  }

  private mutating func addDependencies() {
    var next = 0
    while next < graph.packages.count {
      var wanted: [String] = []
      var seen: Set<String> = []
      while next < graph.packages.count {
        let package = graph.packages[next]
        for path in imports(of: package) {
          guard let location = resolver.resolve(path, from: package.directory) else { continue }
          if importable[location.directory]?[options.context] == nil, listings[location.directory] == nil,
            seen.insert(location.directory).inserted
          {
            wanted.append(location.directory)
          }
        }
        next += 1
      }
      read(wanted, tests: false)
      for folder in wanted {
        if let listing = listings[folder] {
          add(listing, context: options.context, isVariant: false, role: .dependency)
        }
      }
    }
  }

  private mutating func link() {
    for index in graph.packages.indices {
      let package = graph.packages[index]
      for path in imports(of: package) {
        guard let location = resolver.resolve(path, from: package.directory),
          let candidates = importable[location.directory]
        else { continue }
        var target = candidates[package.context] ?? candidates[options.context] ?? candidates.values.min()
        if package.kind == .externalTests, location.directory == package.directory {
          // The external tests see what the tests inside of the package add to it.
          target =
            graph.packages.first {
              $0.kind == .withTests && $0.directory == package.directory && $0.context == package.context
            }?.number ?? target
        }
        if let target, target != index { graph.packages[index].imports[path] = target }
      }
    }
    sortPackages()
  }

  /// Puts the packages in an order in which imports come first, and cuts cycles.
  private mutating func sortPackages() {
    var state = [UInt8](repeating: 0, count: graph.packages.count)
    for root in graph.packages.indices where state[root] == 0 {
      var stack: [(package: Int, paths: [String], next: Int)] = []
      state[root] = 1
      stack.append((root, graph.packages[root].imports.keys.sorted(), 0))
      while let top = stack.last {
        if top.next == top.paths.count {
          state[top.package] = 2
          graph.order.append(top.package)
          stack.removeLast()
          continue
        }
        stack[stack.count - 1].next += 1
        let path = top.paths[top.next]
        guard let target = graph.packages[top.package].imports[path] else { continue }
        if state[target] == 1 {
          graph.packages[top.package].imports[path] = nil
          reportCycle(from: top.package, path)
        } else if state[target] == 0 {
          state[target] = 1
          stack.append((target, graph.packages[target].imports.keys.sorted(), 0))
        }
      }
    }
  }

  private mutating func reportCycle(from package: Int, _ path: String) {
    for number in graph.packages[package].files {
      let file = graph.files[number]
      guard let entry = file.header.imports.first(where: { $0.path == path }) else { continue }
      let (line, column) = file.source.position(entry.start)
      graph.diagnostics.append(
        Diagnostic(at: Place(file: file.reportedPath, line: line, column: column), "import cycle through \"\(path)\""))
      return
    }
  }
}
