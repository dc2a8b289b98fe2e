import Flow

/// What is known of C functions that the checked code does not define itself: the model files, then what names suggest.
public struct LibraryModel: ForeignKnowledge {
  private var additions: [String: ForeignFunction] = [:]

  /// The libraries that Belay knows, and the functions that a configuration adds; these win.
  public init(additions: [ForeignFunction] = []) {
    for function in additions { self.additions[function.name] = function }
  }

  /// What is known of a function; a guess from its name when no model has it.
  public func function(named name: String) -> ForeignFunction? {
    additions[name] ?? Self.builtIn(name) ?? Self.coreFoundation(name) ?? NameConvention.function(named: name)
  }

  /// The rule by which Apple's C libraries give objects out: what a function with Create or Copy in its name returns, the caller releases.
  private static func coreFoundation(_ name: String) -> ForeignFunction? {
    guard let prefix = ["CF", "CG", "CT", "Sec"].first(where: name.hasPrefix),
      name.dropFirst(prefix.count).first?.isUppercase == true
    else { return nil }
    for verb in ["Create", "Copy"] {
      guard let found = name.firstRange(of: verb) else { continue }
      // A word of its own: not `Created`.
      if found.upperBound < name.endIndex, name[found.upperBound].isLowercase { continue }
      return ForeignFunction(name: name, confidence: .model, parameters: [], result: .allocates(release: "CFRelease"))
    }
    return nil
  }

  /// Whether a header is of a library that calls back on the main thread only.
  public func isOfMainThread(header: String) -> Bool { Self.mainThreadHeaders.contains { header.hasPrefix($0) } }

  /// The section of the model file that lists such headers, by the beginnings of their names.
  static let mainThreadSection = "main-thread headers"

  /// The model file, section by section: of each function its description, which is only read for those that are asked for.
  ///
  /// The file has this form throughout (a test holds it against a YAML parser): sections at the margin, entries `name: description` below them.
  static let sections: [String: [String: Substring]] = {
    let text = String(decoding: PackageResources.libraries_yml, as: UTF8.self)
    var sections: [String: [String: Substring]] = [:]
    var section = ""
    for line in text.split(separator: "\n") where line.utf8.first != UInt8(ascii: "#") {
      guard line.utf8.first == UInt8(ascii: " ") else {
        section = String(line.dropLast())
        continue
      }
      let entry = line.dropFirst(2)
      guard let colon = entry.utf8.firstIndex(of: UInt8(ascii: ":")) else { continue }
      sections[section, default: [:]][String(entry[..<colon])] = entry[entry.utf8.index(after: colon)...].dropFirst()
    }
    return sections
  }()

  private static let mainThreadHeaders: [String] = sections[mainThreadSection].map { Array($0.keys) } ?? []

  private static let descriptions: [String: Substring] = sections.filter { $0.key != mainThreadSection }.values
    .reduce(into: [:]) { $0.merge($1) { first, _ in first } }

  /// The functions of the model file that is built in.
  static var builtIn: [String: ForeignFunction] {
    Dictionary(uniqueKeysWithValues: descriptions.keys.compactMap { name in builtIn(name).map { (name, $0) } })
  }

  private static func builtIn(_ name: String) -> ForeignFunction? {
    guard let description = descriptions[name] else { return nil }
    do {
      return try ForeignFunction(name: name, notation: String(description), confidence: .model)
    } catch {
      // The file is part of the program, and a test reads it.
      preconditionFailure("the built-in model file cannot be read: \(error)")
    }
  }
}
