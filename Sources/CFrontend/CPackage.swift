import Flow

/// The C code of one Go package or Swift target.
public struct CPackage: Sendable, Hashable, Codable {
  /// What its functions do to memory, by name.
  public var functions: [ForeignFunction] = []
  /// The result types of functions as cgo names them in Go: `*C.char`; empty for void.
  public var results: [String: String] = [:]
  /// The types of variables.
  public var variables: [String: String] = [:]
  /// The types of fields, by struct and field.
  public var fields: [String: [String: String]] = [:]
  /// The paths of sources that could not be read: they nest too deeply, or libclang refused them.
  public var unread: [String] = []
  /// What macros and enumerators stand for.
  public var constants: [String: CConstant] = [:]
  /// Names that are types.
  public var typeNames: Set<String> = []

  /// A piece of C: a preamble or a file.
  public struct Source: Sendable {
    /// The path that messages name and relative includes start from.
    public var path: String
    /// The code.
    public var text: String
    /// Words for the compiler.
    public var options: [String]

    /// A piece of C.
    public init(path: String, text: String, options: [String]) {
      self.path = path
      self.text = text
      self.options = options
    }
  }

  /// Nothing.
  public init() {}

  /// Reads the sources with libclang. Missing headers are normal: what can be parsed is used.
  ///
  /// - Parameters:
  ///   - names: the C names that the other language mentions; only their signatures are kept.
  ///   - knowledge: what is known of functions that the sources only call.
  /// - Complexity: linear in the sources and what they include. Safe to call from several threads.
  public init(_ sources: [Source], names: Set<String>, knowledge: any ForeignKnowledge, clang: LibClang) {
    self =
      Self.read(
        [(sources, names)], knowledge: knowledge, clang: clang, queue: ParallelQueue(threads: 1))[0]
  }

  /// Reads several packages, in parallel. A source that turns up several times (files of one package often have the same preamble, and packages for several systems
  /// share files) is read once.
  public static func read(
    _ packages: [(sources: [Source], names: Set<String>)], knowledge: any ForeignKnowledge, clang: LibClang,
    queue: ParallelQueue
  ) -> [CPackage] {
    var nameNumbers: [Set<String>: Int] = [:]
    var keyNumbers: [SourceKey: Int] = [:]
    var units: [(source: Source, names: Set<String>)] = []
    let members = packages.map { package in
      let known = nameNumbers[package.names]
      let names = known ?? nameNumbers.count
      if known == nil { nameNumbers[package.names] = names }
      return package.sources.map { source -> Int in
        let key = SourceKey(source, names: names)
        if let number = keyNumbers[key] { return number }
        keyNumbers[key] = units.count
        units.append((source, package.names))
        return units.count - 1
      }
    }
    let results = queue.map(units) { unit in
      CReader(clang: clang, wanted: unit.names).read(
        unit.source.text, path: unit.source.path, options: accepted(unit.source.options))
    }
    let memory = CSummaryMemory()
    return queue.map(Array(zip(packages, members))) { package, members in
      var result = CPackage()
      var all: [CFunction] = []
      var merged: Set<Int> = []
      for (source, number) in zip(package.sources, members) {
        guard let found = results[number] else {
          result.unread.append(source.path)
          continue
        }
        if merged.insert(number).inserted { result.merge(found, source: number, &all) }
      }
      // A function in a header turns up in each source that includes it.
      var seen: Set<String> = []
      result.functions = CSummaries(
        all.filter { seen.insert($0.name).inserted }, knowledge: knowledge, memory: memory
      ).known.values.sorted { $0.name < $1.name }
      return result
    }
  }

  /// What the result of reading a source depends on: its name does not, only the folder that it is in.
  private struct SourceKey: Hashable {
    var folder: Substring
    var text: String
    var options: [String]
    var names: Int

    init(_ source: Source, names: Int) {
      folder = source.path[..<(source.path.lastIndex(of: "/") ?? source.path.startIndex)]
      text = source.text
      options = source.options
      self.names = names
    }
  }

  private mutating func merge(_ found: CReader.Result, source: Int, _ functions: inout [CFunction]) {
    for (index, function) in found.functions.enumerated() {
      functions.append(function)
      functions[functions.count - 1].origin = CFunction.Origin(source: source, index: index)
    }
    results.merge(found.results) { first, _ in first }
    variables.merge(found.variables) { first, _ in first }
    fields.merge(found.fields) { first, _ in first }
    constants.merge(found.constants) { first, _ in first }
    typeNames.formUnion(found.typeNames)
  }

  /// The options that matter for reading and cannot do harm: search paths, macros, the language version.
  static func accepted(_ options: [String]) -> [String] {
    var result: [String] = []
    var takesNext = false
    for option in options {
      if takesNext {
        result.append(option)
        takesNext = false
      } else if ["-I", "-D", "-U", "-include", "-isystem", "-iquote"].contains(option) {
        result.append(option)
        takesNext = true
      } else if ["-I", "-D", "-U", "-std=", "-isystem", "-iquote"].contains(where: option.hasPrefix) {
        result.append(option)
      }
    }
    if takesNext { result.removeLast() }
    return result
  }
}
