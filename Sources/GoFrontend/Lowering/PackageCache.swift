import Flow
import Foundation

// Lowered packages of earlier runs.
//
// What a package is lowered to depends on its own files, on what the packages that it imports declare, and on what its C code says. So after an edit only the
// package with the edited file is lowered again, and those that see it, where a declaration changed. The key of a package is the digest of all of that:
// contents for its own files, declaration shapes (`DeclarationShape`) for the packages below it, at any distance, because a type leads to others.

/// Keeps and finds lowered packages.
struct PackageCache: Sendable {
  private let folder: String
  private let symbols: SymbolTable
  /// The key of each analysed package, by number.
  private let keys: [Int: UInt64]
  private let files: [Int: [Int32]]

  /// A cache in a folder, which must be another one for each build.
  ///
  /// - Parameters:
  ///   - foreign: a digest of the C code of packages, by number.
  ///   - near: the packages that are near C, by number.
  init(
    folder: String, graph: PackageGraph, foreign: [Int: UInt64], near: Set<Int>, symbols: SymbolTable,
    queue: ParallelQueue
  ) {
    self.folder = folder + "/units"
    self.symbols = symbols
    try? FileManager.default.createDirectory(atPath: self.folder, withIntermediateDirectories: true)
    let index = ShapeIndex(folder: folder)
    let names = NameTable()
    let digests = queue.map(graph.files) { file -> (content: UInt64, shape: UInt64) in
      let content = ContentHash.hash(file.source.bytes)
      return (content, index.shape(of: content) ?? DeclarationShape.digest(of: file.source, names: names))
    }
    index.keep(Dictionary(digests.map { ($0.content, $0.shape) }) { first, _ in first })
    var shapes = [UInt64](repeating: 0, count: graph.packages.count)
    var keys: [Int: UInt64] = [:]
    var files: [Int: [Int32]] = [:]
    for number in graph.order {
      let package = graph.packages[number]
      let head = "\(package.symbolPath) \(package.name) \(package.role) \(near.contains(number))"
      var shape = ContentHash.combine(ContentHash.hash(head), foreign[number] ?? 0)
      for (path, target) in package.imports.sorted(by: { $0.key < $1.key }) {
        shape = ContentHash.combine(ContentHash.combine(shape, ContentHash.hash(path)), shapes[target])
      }
      var key = shape
      for number in package.files {
        let file = graph.files[number]
        let version = UInt64(file.version.minor) << 1 | (file.isTest ? 1 : 0)
        shape = ContentHash.combine(ContentHash.combine(shape, digests[number].shape), version)
        key = ContentHash.combine(ContentHash.combine(key, digests[number].content), version)
      }
      shapes[number] = shape
      if package.role == .analysed {
        keys[number] = key
        files[number] = package.files.map(Int32.init)
      }
    }
    self.keys = keys
    self.files = files
  }

  /// What tells what comes of a package from anything else; nil for packages that are not analysed.
  func identity(ofPackage number: Int) -> SolverCache.UnitIdentity? {
    guard let key = keys[number], let files = files[number] else { return nil }
    return SolverCache.UnitIdentity(key: key, files: files)
  }

  private func path(_ key: UInt64) -> String { "\(folder)/\(ContentHash.text(key))" }

  /// What an earlier run has made of a package; nil when there is nothing, or nothing whole.
  func result(ofPackage number: Int) -> PackageLowering.Result? {
    guard let key = keys[number], let files = files[number], let source = try? FileSystem.read(path(key)) else {
      return nil
    }
    let bytes = source.bytes
    guard bytes.count >= 8 else { return nil }
    let content = UnsafeRawBufferPointer(rebasing: bytes[8...])
    guard bytes.loadUnaligned(as: UInt64.self) == ContentHash.hash(content, seed: key) else { return nil }
    var reader = ArchiveReader([UInt8](content), symbols: symbols, files: files)
    let result = PackageLowering.Result(from: &reader)
    guard reader.isComplete else { return nil }
    // What was used just now goes last; an entry that cannot be touched only goes sooner.
    _ = utimes(path(key), nil)
    return result
  }

  /// Keeps what was made of a package. A cache that cannot be written costs time, nothing else.
  func keep(_ result: PackageLowering.Result, ofPackage number: Int) {
    guard let key = keys[number], let files = files[number] else { return }
    var writer = ArchiveWriter(symbols: symbols, files: files)
    result.write(to: &writer)
    CacheFile.write(writer.bytes, to: path(key), seed: key)
  }
}

extension PackageLowering.Result {
  fileprivate func write(to writer: inout ArchiveWriter) {
    writer.write(unit)
    writer.write(interfaces.sorted { $0.key.rawValue < $1.key.rawValue }) { writer, entry in
      writer.write(entry.key)
      writer.write(entry.value.method)
      writer.write(entry.value.methods.sorted()) { $0.write($1) }
      writer.write(entry.value.isOwn)
    }
    writer.write(types) { writer, candidate in
      writer.write(candidate.methods.sorted { $0.key < $1.key }) { writer, method in
        writer.write(method.key)
        writer.write(method.value)
      }
    }
  }

  fileprivate init(from reader: inout ArchiveReader) {
    unit = reader.unit()
    let calls = reader.list { reader in
      (
        reader.symbol(),
        InterfaceImplementations.Call(
          method: reader.text(), methods: Set(reader.list { $0.text() }), isOwn: reader.flag())
      )
    }
    interfaces = Dictionary(calls) { first, _ in first }
    types = reader.list { reader in
      InterfaceImplementations.Candidate(
        methods: Dictionary(reader.list { ($0.text(), $0.symbol()) }) { first, _ in first })
    }
  }
}
