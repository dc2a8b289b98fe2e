import Findings
import Foundation

/// Finds the Swift files of paths, and the modules that they belong to.
struct SwiftFiles {
  var files: [SourceFile] = []
  var diagnostics: [Diagnostic] = []
  /// The folders of packages, and the folders that were named where there is no package.
  var roots: [String] = []

  private let options: SwiftSources.Options
  private var known: Set<String> = []
  private var moduleRoots: [String: String] = [:]
  private var packageRoots: [String: String?] = [:]

  /// Folders that hold no sources of the project: what was built, what was fetched.
  private static let skipped: Set<String> = [
    "node_modules", "DerivedData", "Carthage", "Pods", "build", "vendor", "third_party", "testdata",
  ]
  /// Larger files are made by machines and take longer to parse than the rest of a package.
  private static let maximumBytes = 16 << 20

  init(paths: [String], options: SwiftSources.Options) {
    self.options = options
    for path in paths {
      let plain = path.hasSuffix("/...") ? String(path.dropLast(4)) : path
      let full = absolute(plain.isEmpty ? "." : plain)
      var isFolder: ObjCBool = false
      // What does not exist the Go frontend reports.
      guard exists(full, &isFolder) else { continue }
      if isFolder.boolValue {
        addRoot(packageRoot(of: full) ?? full)
        walk(full, isSelected: true, depth: 0)
      } else if full.hasSuffix(".swift") {
        add(full, isSelected: true)
        addRoot(packageRoot(of: parent(full)) ?? parent(full))
        // The rest of its module says what its names mean.
        walk(moduleFolder(of: full), isSelected: false, depth: 0)
      }
    }
    files.sort { ($0.module, $0.path) < ($1.module, $1.path) }
  }

  private mutating func addRoot(_ root: String) {
    if !roots.contains(root) { roots.append(root) }
  }

  private func absolute(_ path: String) -> String {
    let full = path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
    var parts: [Substring] = []
    for part in full.split(separator: "/") where part != "." {
      if part == ".." { _ = parts.popLast() } else { parts.append(part) }
    }
    return "/" + parts.joined(separator: "/")
  }

  private func parent(_ path: String) -> String {
    path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "/"
  }

  func reported(_ path: String) -> String {
    let root = options.root.hasSuffix("/") ? options.root : options.root + "/"
    return path.hasPrefix(root) ? String(path.dropFirst(root.count)) : path
  }

  /// Whether there is a file or folder, if only in the overlay.
  private func exists(_ path: String, _ isFolder: inout ObjCBool) -> Bool {
    FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) || options.overlay.bytes(ofFile: path) != nil
  }

  // MARK: Folders

  private mutating func walk(_ folder: String, isSelected: Bool, depth: Int) {
    guard depth < 64, var names = try? FileManager.default.contentsOfDirectory(atPath: folder) else { return }
    names += Set(options.overlay.names(inFolder: folder)).subtracting(names)
    if names.contains("Package.swift") { addRoot(folder) }
    for name in names.sorted() where !name.hasPrefix(".") {
      let path = folder == "/" ? "/" + name : folder + "/" + name
      var isFolder: ObjCBool = false
      guard exists(path, &isFolder) else { continue }
      if isFolder.boolValue {
        // A link could lead round in a circle.
        let isLink = (try? FileManager.default.destinationOfSymbolicLink(atPath: path)) != nil
        if Self.skipped.contains(name) || isLink || !options.isIncluded(reported(path)) { continue }
        walk(path, isSelected: isSelected, depth: depth + 1)
      } else if name.hasSuffix(".swift"), name != "Package.swift", !name.hasPrefix("Package@") {
        add(path, isSelected: isSelected)
      }
    }
  }

  private mutating func add(_ path: String, isSelected: Bool) {
    let shown = reported(path)
    guard known.insert(path).inserted, options.isIncluded(shown) else { return }
    let (module, isTest) = module(of: path)
    if isTest, !options.includesTests, !isSelected || !options.namesFiles { return }
    guard
      let bytes = options.overlay.bytes(ofFile: path)
        ?? FileManager.default.contents(atPath: path).map({ [UInt8]($0) })
    else {
      diagnostics.append(
        Diagnostic(at: Place(file: shown, line: 1, column: 1), "cannot be read; check its permissions"))
      return
    }
    guard bytes.count <= Self.maximumBytes else {
      diagnostics.append(
        Diagnostic(
          at: Place(file: shown, line: 1, column: 1), "has more than \(Self.maximumBytes >> 20) MB and is not read"))
      return
    }
    files.append(
      SourceFile(
        path: path, reportedPath: shown, bytes: bytes, module: module, isTest: isTest, isSelected: isSelected))
  }

  // MARK: Modules

  /// The nearest folder above that has a manifest.
  private mutating func packageRoot(of folder: String) -> String? {
    if let found = packageRoots[folder] { return found }
    let result: String?
    if FileManager.default.fileExists(atPath: folder + "/Package.swift") {
      result = folder
    } else {
      result = folder == "/" || folder.isEmpty ? nil : packageRoot(of: parent(folder))
    }
    packageRoots[folder] = result
    return result
  }

  private static let sourceFolders: Set<String> = ["Sources", "Source", "src", "srcs", "Tests", "Plugins"]

  private mutating func moduleFolder(of path: String) -> String {
    guard let root = packageRoot(of: parent(path)) else { return parent(path) }
    let parts = path.dropFirst(root.count + 1).split(separator: "/").map(String.init)
    if parts.count >= 3, Self.sourceFolders.contains(parts[0]) { return "\(root)/\(parts[0])/\(parts[1])" }
    return parts.count >= 2 ? "\(root)/\(parts[0])" : root
  }

  private mutating func module(of path: String) -> (name: String, isTest: Bool) {
    var folder: String
    var name: String
    var isTest = false
    if let root = packageRoot(of: parent(path)) {
      folder = moduleFolder(of: path)
      let parts = path.dropFirst(root.count + 1).split(separator: "/").map(String.init)
      isTest = parts.first == "Tests"
      name = parts.count >= 3 && Self.sourceFolders.contains(parts[0]) ? parts[1] : parts.count >= 2 ? parts[0] : ""
      if name.isEmpty || parts.count == 2 && Self.sourceFolders.contains(parts[0]) {
        name = String(root.split(separator: "/").last ?? "main")
      }
    } else {
      folder = options.root
      name = String(folder.split(separator: "/").last ?? "main")
    }
    name = String(name.map { $0.isLetter || $0.isNumber || $0 == "_" ? $0 : "_" })
    // Targets of several packages can have one name.
    var unique = name
    var number = 2
    while let other = moduleRoots[unique], other != folder {
      unique = "\(name)~\(number)"
      number += 1
    }
    moduleRoots[unique] = folder
    return (unique, isTest)
  }
}
