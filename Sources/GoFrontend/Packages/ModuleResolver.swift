import Findings
import Foundation

// From an import path to a folder, as the go command finds it, but without running it.
//
// In this order: the main modules (the module of the folder that is checked, and those of its go.work), `replace` lines, the `vendor` folder,
// the standard library in GOROOT, the module cache at the version that the main module requires, GOPATH. The version selection over the whole
// module graph is not repeated: since Go 1.17 a go.mod lists every module that is needed to build its packages.

/// A module: a folder with a go.mod.
struct GoModule: Sendable {
  /// The module path; `std` for the standard library.
  var path: String
  var directory: String
  var file: GoModFile
  /// Whether it is the standard library or the commands of the distribution.
  var isStandard: Bool { path == "std" || path == "cmd" }
  var version: GoVersion { file.goVersion ?? .withoutGoLine }

  /// What an import of the package in one of its folders says.
  func importPath(of folder: String) -> String {
    let rest = folder == directory ? "" : String(folder.dropFirst(directory == "/" ? 1 : directory.count + 1))
    if path == "std" { return rest }
    return rest.isEmpty ? path : "\(path)/\(rest)"
  }
}

/// Finds modules and packages on disk. Remembers what it has seen; belongs to one thread.
struct ModuleResolver {
  /// Where a package lies.
  struct Location: Sendable, Hashable {
    var directory: String
    var importPath: String
    var isStandard: Bool
  }

  /// Where distribution, module cache and workspaces are looked for.
  struct Roots: Sendable {
    /// The distribution; nil when there is none.
    var goroot: String?
    var moduleCache: String?
    var gopath: [String]

    /// From the environment and the usual places.
    static func find(environment: [String: String] = ProcessInfo.processInfo.environment) -> Roots {
      let home = environment["HOME"] ?? NSHomeDirectory()
      let gopath = environment["GOPATH"].map { $0.split(separator: ":").map(String.init) } ?? ["\(home)/go"]
      let cache = environment["GOMODCACHE"] ?? gopath.first.map { "\($0)/pkg/mod" }
      return Roots(goroot: findGoroot(environment, home: home), moduleCache: cache, gopath: gopath)
    }

    private static func findGoroot(_ environment: [String: String], home: String) -> String? {
      if let given = environment["GOROOT"], isGoroot(given) { return given }
      for folder in (environment["PATH"] ?? "").split(separator: ":") {
        let program = "\(folder)/go"
        guard FileSystem.isFile(program), let resolved = realpath(program, nil) else { continue }
        defer { free(resolved) }
        let root = FileSystem.parent(FileSystem.parent(String(cString: resolved)))
        if isGoroot(root) { return root }
      }
      var candidates = [
        "/usr/local/go", "/usr/lib/go", "/usr/lib/golang", "/opt/homebrew/opt/go/libexec", "/usr/local/opt/go/libexec",
      ]
      for folder in ["/usr/lib", "\(home)/sdk"] {
        let names = ((try? FileSystem.entries(folder)) ?? []).map(\.name).filter { $0.hasPrefix("go") }
        candidates += names.reversed().map { "\(folder)/\($0)" }
      }
      return candidates.first(where: isGoroot)
    }

    static func isGoroot(_ path: String) -> Bool {
      FileSystem.isFolder("\(path)/src/unsafe") || FileSystem.isFolder("\(path)/src/fmt")
    }
  }

  private(set) var roots: Roots
  private(set) var diagnostics: [Diagnostic] = []
  private let report: @Sendable (String) -> String
  private var modules: [String: GoModule?] = [:]
  private var workspaces: [String: [GoModule]] = [:]
  private var resolved: [String: Location?] = [:]

  /// A resolver; `report` makes the path that diagnostics show.
  init(roots: Roots, report: @escaping @Sendable (String) -> String) {
    self.roots = roots
    self.report = report
  }

  /// The module that a folder belongs to: the nearest go.mod above it.
  mutating func module(of folder: String) -> GoModule? {
    if let known = modules[folder] { return known }
    let file = FileSystem.join(folder, "go.mod")
    var found: GoModule?
    if FileSystem.isFile(file) {
      do {
        let mod = GoModFile(text: try FileSystem.text(file), path: report(file))
        diagnostics += mod.diagnostics
        found = GoModule(path: mod.module, directory: folder, file: mod)
        // A distribution that is itself checked, and no other, is its own standard library.
        if mod.module == "std" { roots.goroot = FileSystem.parent(folder) }
      } catch {
        diagnostics.append(
          Diagnostic(at: Place(file: report(file), line: 1, column: 1), "cannot be read: \(error.reason)"))
      }
    }
    if found == nil, folder != "/" { found = module(of: FileSystem.parent(folder)) }
    modules[folder] = .some(found)
    return found
  }

  /// The modules that are worked on together with one: itself, and those that a go.work above it names.
  private mutating func mainModules(_ module: GoModule) -> [GoModule] {
    if let known = workspaces[module.directory] { return known }
    var found = [module]
    var folder = module.directory
    while true {
      let file = FileSystem.join(folder, "go.work")
      if FileSystem.isFile(file), let text = try? FileSystem.text(file) {
        let work = GoModFile(text: text, path: report(file))
        diagnostics += work.diagnostics
        for use in work.uses {
          let used = FileSystem.absolute(use, in: folder)
          if used != module.directory, FileSystem.isFile(FileSystem.join(used, "go.mod")),
            let other = self.module(of: used)
          {
            found.append(other)
          }
        }
        found[0].file.replacements = work.replacements + found[0].file.replacements
        break
      }
      if folder == "/" { break }
      folder = FileSystem.parent(folder)
    }
    workspaces[module.directory] = found
    return found
  }

  /// Where the package lies that an import in `folder` means; nil when it is not on this machine.
  mutating func resolve(_ path: String, from folder: String) -> Location? {
    let module = module(of: folder)
    let key = "\(module?.directory ?? folder)\u{0}\(path)"
    if let known = resolved[key] { return known }
    let location = find(path, from: folder, module)
    resolved[key] = .some(location)
    return location
  }

  private mutating func find(_ path: String, from folder: String, _ module: GoModule?) -> Location? {
    guard !path.isEmpty, !path.hasPrefix("/"), !path.utf8.contains(0) else { return nil }
    if path.hasPrefix("./") || path.hasPrefix("../") {
      let target = FileSystem.absolute(path, in: folder)
      return hasGoFiles(target) ? Location(directory: target, importPath: target, isStandard: false) : nil
    }
    if let module {
      if module.isStandard { return standard(path, vendorOf: module) }
      for main in mainModules(module) {
        if let rest = Self.rest(of: path, below: main.path) {
          let target = FileSystem.join(main.directory, rest)
          if hasGoFiles(target) { return Location(directory: target, importPath: path, isStandard: false) }
        }
      }
      if let location = dependency(path, of: module) { return location }
    } else if let location = legacy(path, from: folder) {
      return location
    }
    return standard(path, vendorOf: nil)
  }

  private mutating func dependency(_ path: String, of module: GoModule) -> Location? {
    let main = mainModules(module)[0]
    // Replacements, the longest module path first.
    let replacements = main.file.replacements.filter { Self.rest(of: path, below: $0.path) != nil }
      .sorted { $0.path.count > $1.path.count }
    for replacement in replacements {
      guard let rest = Self.rest(of: path, below: replacement.path) else { continue }
      let base: String?
      if replacement.isFolder {
        base = FileSystem.absolute(replacement.newPath, in: main.directory)
      } else {
        base = cached(replacement.newPath, replacement.newVersion)
      }
      guard let base else { continue }
      let target = FileSystem.join(base, rest)
      if hasGoFiles(target) { return Location(directory: target, importPath: path, isStandard: false) }
    }
    let vendored = "\(main.directory)/vendor/\(path)"
    if hasGoFiles(vendored) { return Location(directory: vendored, importPath: path, isStandard: false) }
    let requirements = main.file.requirements.filter { Self.rest(of: path, below: $0.path) != nil }
      .sorted { $0.path.count > $1.path.count }
    for requirement in requirements {
      guard let rest = Self.rest(of: path, below: requirement.path),
        let base = cached(requirement.path, requirement.version)
      else { continue }
      let target = FileSystem.join(base, rest)
      if hasGoFiles(target) { return Location(directory: target, importPath: path, isStandard: false) }
    }
    return nil
  }

  /// Without a go.mod: `vendor` folders above, then GOPATH.
  private func legacy(_ path: String, from folder: String) -> Location? {
    var folder = folder
    while true {
      let vendored = "\(folder)/vendor/\(path)"
      if hasGoFiles(vendored) { return Location(directory: vendored, importPath: path, isStandard: false) }
      if folder == "/" || folder == "." { break }
      folder = FileSystem.parent(folder)
    }
    for root in roots.gopath {
      let target = "\(root)/src/\(path)"
      if hasGoFiles(target) { return Location(directory: target, importPath: path, isStandard: false) }
    }
    return nil
  }

  private func standard(_ path: String, vendorOf module: GoModule?) -> Location? {
    guard let goroot = roots.goroot else { return nil }
    if let module, module.path == "cmd" {
      let vendored = "\(goroot)/src/cmd/vendor/\(path)"
      if hasGoFiles(vendored) {
        return Location(directory: vendored, importPath: "cmd/vendor/\(path)", isStandard: true)
      }
    }
    let target = "\(goroot)/src/\(path)"
    if hasGoFiles(target) { return Location(directory: target, importPath: path, isStandard: true) }
    let vendored = "\(goroot)/src/vendor/\(path)"
    if module != nil, hasGoFiles(vendored) {
      return Location(directory: vendored, importPath: "vendor/\(path)", isStandard: true)
    }
    return nil
  }

  private func cached(_ path: String, _ version: String) -> String? {
    guard let cache = roots.moduleCache else { return nil }
    let folder = "\(cache)/\(Self.escaped(path))@\(Self.escaped(version))"
    return FileSystem.isFolder(folder) ? folder : nil
  }

  /// What the module cache writes for capital letters, so that it works where file names ignore case: `!a` for `A`.
  static func escaped(_ path: String) -> String {
    var result = ""
    for scalar in path.unicodeScalars {
      if scalar >= "A", scalar <= "Z" {
        result += "!"
        result.unicodeScalars.append(Unicode.Scalar(UInt8(scalar.value) + 32))
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// What stands behind a module path in an import path: `x` for `m/x` below `m`, empty for `m`, nil for anything else.
  static func rest(of path: String, below module: String) -> Substring? {
    if path == module { return "" }
    guard !module.isEmpty, path.hasPrefix(module) else { return nil }
    let rest = path[path.index(path.startIndex, offsetBy: module.count)...]
    return rest.hasPrefix("/") ? rest.dropFirst() : nil
  }

  private func hasGoFiles(_ folder: String) -> Bool {
    guard FileSystem.isFolder(folder), let entries = try? FileSystem.entries(folder) else { return false }
    return entries.contains { $0.kind == .file && $0.name.hasSuffix(".go") }
  }
}
