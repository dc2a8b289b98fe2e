import Flow
import Yams

/// What is known of C functions that the checked code does not define itself: the model files, then what names suggest.
public struct LibraryModel: ForeignKnowledge {
  private var functions: [String: ForeignFunction]

  /// The libraries that Belay knows, and the functions that a configuration adds; these win.
  public init(additions: [ForeignFunction] = []) {
    functions = Self.builtIn
    for function in additions { functions[function.name] = function }
  }

  /// What is known of a function; a guess from its name when no model has it.
  public func function(named name: String) -> ForeignFunction? {
    functions[name] ?? Self.coreFoundation(name) ?? NameConvention.function(named: name)
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

  private static let sections: [String: [String: String]] = {
    do {
      let text = String(decoding: PackageResources.libraries_yml, as: UTF8.self)
      return try YAMLDecoder().decode([String: [String: String]].self, from: text)
    } catch {
      // The file is part of the program, and a test reads it.
      preconditionFailure("the built-in model file cannot be read: \(error)")
    }
  }()

  private static let mainThreadHeaders: [String] = sections[mainThreadSection].map { Array($0.keys) } ?? []

  /// The functions of the model file that is built in.
  static let builtIn: [String: ForeignFunction] = {
    do {
      var functions: [String: ForeignFunction] = [:]
      for (section, entries) in sections where section != mainThreadSection {
        for (name, notation) in entries {
          functions[name] = try ForeignFunction(name: name, notation: notation, confidence: .model)
        }
      }
      return functions
    } catch {
      // The file is part of the program, and a test reads it.
      preconditionFailure("the built-in model file cannot be read: \(error)")
    }
  }()
}
