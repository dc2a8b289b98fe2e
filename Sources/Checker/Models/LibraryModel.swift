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
    functions[name] ?? NameConvention.function(named: name)
  }

  /// The functions of the model file that is built in.
  static let builtIn: [String: ForeignFunction] = {
    do {
      let text = String(decoding: PackageResources.libraries_yml, as: UTF8.self)
      var functions: [String: ForeignFunction] = [:]
      for (_, entries) in try YAMLDecoder().decode([String: [String: String]].self, from: text) {
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
