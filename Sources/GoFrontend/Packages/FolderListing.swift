import Findings

/// The Go and C files of one folder, read, before it is decided which of them belong together.
struct FolderListing: Sendable {
  struct GoFile: Sendable {
    var name: String
    var source: SourceBytes
    var header: FileHeader
    /// The tags that its name demands.
    var nameTags: [String]

    init(name: String, source: SourceBytes, header: FileHeader) {
      self.name = name
      self.source = source
      self.header = header
      nameTags = BuildContext.nameConstraints(name)
    }

    var isTest: Bool { name.hasSuffix("_test.go") }

    /// Whether a build context takes the file.
    func isIncluded(in context: BuildContext) -> Bool {
      if header.hasInvalidConstraint || header.packageName == "documentation" { return false }
      if !context.isCgoEnabled, header.usesCgo { return false }
      return nameTags.allSatisfy(context.matches(tag:)) && (header.constraint?.evaluate(context.matches(tag:)) ?? true)
    }
  }

  struct ForeignFile: Sendable {
    var name: String
    var constraint: BuildConstraint?
  }

  var directory: String
  var goFiles: [GoFile] = []
  var foreignFiles: [ForeignFile] = []
  var diagnostics: [Diagnostic] = []

  /// The endings of files that cgo hands to the C compiler, and of headers.
  private static let foreignEndings: Set<Substring> = ["c", "cc", "cpp", "cxx", "m", "mm", "h", "hh", "hpp", "hxx"]

  /// Reads a folder. What cannot be read becomes a diagnostic.
  static func read(
    _ directory: String, includingTests: Bool, overlay: SourceOverlay, report: (String) -> String
  ) -> FolderListing {
    var listing = FolderListing(directory: directory)
    let entries: [FileSystem.Entry]
    do {
      entries = try FileSystem.entries(directory, overlay)
    } catch {
      listing.fail(report(directory), 0, nil, "cannot be read: \(error.reason)")
      return listing
    }
    for entry in entries where entry.kind == .file && !entry.name.hasPrefix("_") && !entry.name.hasPrefix(".") {
      let path = FileSystem.join(directory, entry.name)
      if entry.name.hasSuffix(".go") {
        if !includingTests, entry.name.hasSuffix("_test.go") { continue }
        do {
          let source = try FileSystem.read(path, overlay)
          let header = FileHeader.scan(source.bytes)
          if let problem = header.problem, header.hasInvalidConstraint {
            listing.fail(report(path), Int(problem.offset), source, problem.message)
          }
          listing.goFiles.append(GoFile(name: entry.name, source: source, header: header))
        } catch {
          listing.fail(report(path), 0, nil, "cannot be read: \(error.reason)")
        }
      } else if let dot = entry.name.lastIndex(of: "."),
        foreignEndings.contains(entry.name[entry.name.index(after: dot)...])
      {
        listing.foreignFiles.append(ForeignFile(name: entry.name))
      }
    }
    // C files matter only beside a file that uses cgo; their constraints are read then.
    if listing.goFiles.contains(where: \.header.usesCgo) {
      for index in listing.foreignFiles.indices {
        let path = FileSystem.join(directory, listing.foreignFiles[index].name)
        guard let source = try? FileSystem.read(path, overlay) else { continue }
        listing.foreignFiles[index].constraint = FileHeader.scan(source.bytes).constraint
      }
    } else {
      listing.foreignFiles = []
    }
    return listing
  }

  /// The C files that a context admits, as paths.
  func foreignPaths(in context: BuildContext) -> [String] {
    guard context.isCgoEnabled else { return [] }
    return foreignFiles.filter {
      context.matches(fileName: $0.name) && ($0.constraint?.evaluate(context.matches(tag:)) ?? true)
    }.map { FileSystem.join(directory, $0.name) }
  }

  private mutating func fail(_ path: String, _ offset: Int, _ source: SourceBytes?, _ message: String) {
    let (line, column) = source?.position(UInt32(offset)) ?? (1, 1)
    diagnostics.append(Diagnostic(at: Place(file: path, line: line, column: column), message))
  }
}
