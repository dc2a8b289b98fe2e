/// The results of one unit's functions as a cache keeps them.
struct SolvedUnit: Sendable {
  /// A component of the call graph.
  struct Component: Sendable {
    /// Its functions, by their number in the unit.
    var members: [Int32]
    var isCyclic: Bool
    var dependencies: SolverDependencies
    /// The results of its functions, in their order.
    var results: [Result]
  }

  /// A result as bytes.
  struct Result: Sendable {
    var digest: UInt64
    var traits: ResultTraits
    var bytes: [UInt8]
    var part: Range<Int>
  }

  /// The components, by their first function.
  var components: [Int32: Component] = [:]

  init() {}

  /// What `bytes` made; nil when it is not whole.
  init?(_ bytes: [UInt8], _ program: Program, _ identity: SolverCache.UnitIdentity) {
    // The length of the index stands in front; behind the index lie the results.
    var start = ArchiveReader(bytes, part: 8..<min(24, bytes.count), symbols: program.symbols, files: [])
    let indexLength = start.number()
    let indexStart = 8 + start.offsetInPart
    guard !start.isBroken, indexLength >= 0, indexLength <= bytes.count - indexStart else { return nil }
    var offset = indexStart + indexLength
    var reader = ArchiveReader(
      bytes, part: indexStart..<offset, symbols: program.symbols, files: identity.files)
    let components = reader.list { reader in
      let members = reader.list { $0.int32() }
      let isCyclic = reader.flag()
      let dependencies = SolverDependencies(from: &reader)
      let results = reader.list { reader in
        let digest = reader.word()
        let traits = ResultTraits(rawValue: reader.number())
        let end = offset + reader.number()
        guard end >= offset, end <= bytes.count else {
          reader.fail()
          return Result(digest: 0, traits: [], bytes: [], part: 0..<0)
        }
        defer { offset = end }
        return Result(digest: digest, traits: traits, bytes: bytes, part: offset..<end)
      }
      return Component(members: members, isCyclic: isCyclic, dependencies: dependencies, results: results)
    }
    guard reader.isComplete, offset == bytes.count, components.allSatisfy({ $0.members.count == $0.results.count })
    else { return nil }
    for component in components {
      guard let first = component.members.first else { return nil }
      self.components[first] = component
    }
  }

  /// The components as bytes.
  func bytes(_ program: Program, _ identity: SolverCache.UnitIdentity) -> [UInt8] {
    let components = components.sorted { $0.key < $1.key }.map(\.value)
    var writer = ArchiveWriter(symbols: program.symbols, files: identity.files)
    writer.write(components) { writer, component in
      writer.write(component.members) { $0.write($1) }
      writer.write(component.isCyclic)
      component.dependencies.write(to: &writer)
      writer.write(component.results) { writer, result in
        writer.write(word: result.digest)
        writer.write(result.traits.rawValue)
        writer.write(result.part.count)
      }
    }
    var head = ArchiveWriter(symbols: program.symbols, files: [])
    head.write(writer.bytes.count)
    return head.bytes + writer.bytes + components.flatMap { $0.results.flatMap { $0.bytes[$0.part] } }
  }
}

extension SolverDependencies {
  fileprivate func write(to writer: inout ArchiveWriter) {
    writer.write(functions) { writer, entry in
      writer.write(entry.name)
      writer.write(entry.found)
    }
    writer.write(results) { writer, entry in
      writer.write(entry.function)
      writer.write(word: entry.digest)
    }
    writer.write(types) { writer, entry in
      writer.write(entry.place)
      writer.write(entry.type)
    }
    writer.write(methods) { writer, entry in
      writer.write(entry.method)
      writer.write(entry.bodies) { $0.write($1) }
    }
    writer.write(bodies) { writer, entry in
      writer.write(entry.function)
      writer.write(word: entry.key)
    }
  }

  fileprivate init(from reader: inout ArchiveReader) {
    functions = reader.list { ($0.symbol(), $0.symbol()) }
    results = reader.list { ($0.symbol(), $0.word()) }
    types = reader.list { ($0.symbol(), $0.type()) }
    methods = reader.list { ($0.symbol(), $0.list { $0.symbol() }) }
    bodies = reader.list { ($0.symbol(), $0.word()) }
  }
}
