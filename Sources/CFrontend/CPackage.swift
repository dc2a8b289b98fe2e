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
    let reader = CReader(clang: clang, wanted: names)
    var all: [CFunction] = []
    for source in sources {
      guard let result = reader.read(source.text, path: source.path, options: Self.accepted(source.options)) else {
        unread.append(source.path)
        continue
      }
      all += result.functions
      results.merge(result.results) { first, _ in first }
      variables.merge(result.variables) { first, _ in first }
      fields.merge(result.fields) { first, _ in first }
      typeNames.formUnion(result.typeNames)
    }
    // A function in a header turns up in each source that includes it.
    var seen: Set<String> = []
    functions = CSummaries(all.filter { seen.insert($0.name).inserted }, knowledge: knowledge).known.values.sorted {
      $0.name < $1.name
    }
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
