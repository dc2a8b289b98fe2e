import CFrontend
import Findings
import Flow
import Foundation

/// The C code of all packages of a check: what C names mean to the type checker, and what C functions do to memory.
struct ForeignPackages: ForeignTypes {
  private var packages: [String: CPackage] = [:]
  /// Of each package that C code was read for, by number, a digest of what that depends on.
  private(set) var digests: [Int: UInt64] = [:]
  private var surroundings: [String: ForeignSurroundings] = [:]
  private var diagnostics: [Diagnostic] = []

  /// The C code of a package, and what Go asks of it.
  struct Input: Sendable {
    /// The package, by number.
    var package: Int
    var sources: [CPackage.Source]
    var names: Set<String>
    /// A digest of all that the result depends on.
    var digest: UInt64
  }

  /// What is to be read: the C code of the analysed packages that use cgo. Complexity: linear in it and in the headers that it includes.
  static func inputs(_ graph: PackageGraph, overlay: SourceOverlay, queue: ParallelQueue) -> [Input] {
    let wanted = graph.packages.filter { package in
      package.role == .analysed && package.files.contains { graph.files[$0].header.usesCgo }
    }
    // Packages of one folder for several systems mostly share their C, and are read as one, with the names that any of them mentions.
    var names: [String: Set<String>] = [:]
    for (package, own) in zip(wanted, queue.map(wanted) { Self.names($0, graph) }) {
      names[package.directory, default: []].formUnion(own)
    }
    let namesByFolder = names
    let sources = Self.withCommonOptions(queue.map(wanted) { Self.sources($0, graph, overlay) })
    let headers = HeaderFiles()
    return queue.map(Array(zip(wanted, sources))) { package, sources in
      let names = namesByFolder[package.directory] ?? []
      return Input(
        package: package.number, sources: sources, names: names,
        digest: Self.digest(sources, names, package, headers))
    }
  }

  /// Gives a source that versions for several systems share the options of the first one that has it, so that it is read once: as with Go functions that several
  /// systems share, the first one speaks for all.
  private static func withCommonOptions(_ packages: [[CPackage.Source]]) -> [[CPackage.Source]] {
    struct Key: Hashable {
      var folder: Substring
      var text: String
    }
    var options: [Key: [String]] = [:]
    return packages.map { sources in
      sources.map { source in
        let key = Key(
          folder: source.path[..<(source.path.lastIndex(of: "/") ?? source.path.startIndex)], text: source.text)
        var source = source
        if let known = options[key] { source.options = known } else { options[key] = source.options }
        return source
      }
    }
  }

  /// Reads preambles and C files, in parallel. A package whose C did not change since an earlier run comes from the cache.
  static func read(
    _ inputs: [Input], _ graph: PackageGraph, knowledge: any ForeignKnowledge, cache: String?, queue: ParallelQueue
  ) -> ForeignPackages {
    var result = ForeignPackages()
    var first: [UInt64: Int] = [:]
    for (index, input) in inputs.enumerated() where first[input.digest] == nil { first[input.digest] = index }
    let distinct = first.values.sorted()
    let kept = queue.map(distinct) { Self.cached(inputs[$0].digest, cache) }
    var byDigest: [UInt64: CPackage] = [:]
    for (index, known) in zip(distinct, kept) { byDigest[inputs[index].digest] = known }
    let missing = distinct.filter { byDigest[inputs[$0].digest] == nil }.map { inputs[$0] }
    // The library takes longer to load than a small check: it is only loaded when there is something to read.
    if let one = missing.first {
      if let clang = LibClang.shared {
        let new = CPackage.read(
          missing.map { (sources: $0.sources, names: $0.names) }, knowledge: knowledge, clang: clang, queue: queue)
        queue.forEach(count: missing.count) { Self.keep(new[$0], missing[$0].digest, cache) }
        for (input, package) in zip(missing, new) { byDigest[input.digest] = package }
      } else {
        let files = graph.packages[one.package].files
        let file = files.first { graph.files[$0].header.usesCgo } ?? files[0]
        result.diagnostics.append(
          Diagnostic(at: Place(file: graph.files[file].reportedPath, line: 1, column: 1), LibClang.missing))
      }
    }
    // Equal digests mean equal texts and files.
    let texts = queue.map(distinct) { number in
      ForeignSurroundings(inputs[number].sources.map(\.text), graph.packages[inputs[number].package].foreignFiles)
    }
    let surroundings = Dictionary(uniqueKeysWithValues: zip(distinct.map { inputs[$0].digest }, texts))
    for input in inputs {
      guard let package = byDigest[input.digest] else { continue }
      result.packages[graph.packages[input.package].symbolPath] = package
      result.digests[input.package] = input.digest
      result.surroundings[graph.packages[input.package].symbolPath] = surroundings[input.digest]
    }
    let read = distinct.compactMap { byDigest[inputs[$0].digest] }
    var reported: Set<String> = []
    for path in read.flatMap(\.unread) where reported.insert(path).inserted {
      // A preamble goes by the name of its Go file and `.c`.
      let file = path.hasSuffix(".go.c") ? String(path.dropLast(2)) : path
      result.diagnostics.append(
        Diagnostic(
          at: Place(file: file, line: 1, column: 1),
          "its C code is not read, because it nests too deeply or is refused by libclang: its functions are known by the library model and their names only"
        ))
    }
    return result
  }

  /// The C code of a package: what its own files hold, without what they include.
  private static func sources(_ package: GoPackage, _ graph: PackageGraph, _ overlay: SourceOverlay)
    -> [CPackage.Source]
  {
    let preambles = package.files.flatMap { CgoPreamble.read(graph.files[$0], context: package.context) }
    let options = preambles.flatMap(\.compilerOptions).map { $0.replacing("${SRCDIR}", with: package.directory) }
    let common = ["-I", package.directory] + options
    // Every preamble is a unit of its own, as cgo compiles it; blank lines in front keep the line numbers of the Go file.
    var sources = preambles.map { preamble in
      CPackage.Source(
        path: graph.files[preamble.file].path + ".c", text: "#include <stddef.h>\n" + preamble.text, options: common)
    }
    for path in package.foreignFiles where path.hasSuffix(".c") {
      guard let text = try? FileSystem.text(path, overlay), text.utf8.count < maximumSize else { continue }
      sources.append(CPackage.Source(path: path, text: text, options: common))
    }
    return sources
  }

  /// An amalgamated library of megabytes is known by its model, and would take seconds to read.
  private static let maximumSize = 2 << 20

  /// The identifiers behind `C.` in the package's files.
  private static func names(_ package: GoPackage, _ graph: PackageGraph) -> Set<String> {
    var names: Set<String> = []
    for number in package.files where graph.files[number].header.usesCgo {
      let bytes = graph.files[number].source.bytes
      var index = 0
      while index + 2 < bytes.count {
        if bytes[index] == UInt8(ascii: "C"), bytes[index + 1] == UInt8(ascii: ".") {
          var end = index + 2
          while end < bytes.count,
            ByteClass(rawValue: ByteClass.table[Int(bytes[end])]).isDisjoint(with: [.letter, .digit]) == false
          { end += 1 }
          if end > index + 2 { names.insert(String(decoding: bytes[(index + 2)..<end], as: UTF8.self)) }
          index = end
        } else {
          index += 1
        }
      }
    }
    // A tag is found under its own name as well.
    return names.union(
      names.compactMap { name in
        ["struct_", "union_", "enum_"].first { name.hasPrefix($0) }.map { String(name.dropFirst($0.count)) }
      })
  }

  private static func digest(
    _ sources: [CPackage.Source], _ names: Set<String>, _ package: GoPackage, _ headers: HeaderFiles
  ) -> UInt64 {
    var digest = ContentHash.hash("3 " + names.sorted().joined(separator: " "))
    for source in sources {
      digest = ContentHash.combine(
        digest, ContentHash.hash(source.path + "\n" + source.options.joined(separator: " ") + "\n" + source.text))
    }
    for path in package.foreignFiles where !path.hasSuffix(".c") {
      digest = ContentHash.combine(digest, headers[path]?.digest ?? ContentHash.hash(path))
    }
    // Whatever other folders of the project have in store for it.
    digest = ContentHash.combine(digest, IncludedHeaders.digest(sources, headers))
    return digest
  }

  private static func path(_ digest: UInt64, _ folder: String) -> String {
    "\(folder)/c/\(ContentHash.text(digest)).json"
  }

  private static func cached(_ digest: UInt64, _ folder: String?) -> CPackage? {
    guard let folder, let data = FileManager.default.contents(atPath: path(digest, folder)) else { return nil }
    return try? JSONDecoder().decode(CPackage.self, from: data)
  }

  /// Keeps a package for later runs. A cache that cannot be written costs time, nothing else.
  private static func keep(_ package: CPackage, _ digest: UInt64, _ folder: String?) {
    guard let folder else { return }
    try? FileManager.default.createDirectory(atPath: folder + "/c", withIntermediateDirectories: true)
    try? JSONEncoder().encode(package).write(to: URL(fileURLWithPath: path(digest, folder)), options: .atomic)
  }

  /// Adds what C functions do to the units of a program.
  func complete(_ program: inout GoProgram) {
    for index in program.units.indices {
      let name = program.symbols.name(program.units[index].name)
      if let package = packages[name] { program.units[index].foreignFunctions = package.functions }
      if let found = surroundings[name] {
        program.units[index].foreignHeaders = found.headers
        program.units[index].startsForeignThreads = found.startsThreads
      }
    }
    program.diagnostics += diagnostics
  }

  func isType(_ name: String, package: String) -> Bool { packages[package]?.typeNames.contains(name) ?? false }
  func result(ofFunction name: String, package: String) -> String? { packages[package]?.results[name] }
  func type(ofValue name: String, package: String) -> String? { packages[package]?.variables[name] }
  func constant(_ name: String, package: String) -> CConstant? { packages[package]?.constants[name] }
  func type(ofField field: String, inType type: String, package: String) -> String? {
    packages[package]?.fields[type]?[field]
  }
}
