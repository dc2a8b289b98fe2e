import Findings
import Flow
import Foundation
import Yams

/// Finds and reads `.belay.yml`. Whatever it does not understand is an error with its place: a setting that is silently passed over is worse than none.
public enum ConfigurationFile {
  /// The name of the file.
  public static let name = ".belay.yml"

  /// The nearest configuration in a folder, or that of a file, or above it, up to the root of the repository.
  public static func find(from path: String) -> String? {
    var folder = URL(fileURLWithPath: path).standardizedFileURL.path
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), !isFolder.boolValue {
      folder = (folder as NSString).deletingLastPathComponent
    }
    while true {
      let path = (folder as NSString).appendingPathComponent(name)
      if FileManager.default.fileExists(atPath: path) { return path }
      if FileManager.default.fileExists(atPath: (folder as NSString).appendingPathComponent(".git")) || folder == "/" {
        return nil
      }
      folder = (folder as NSString).deletingLastPathComponent
    }
  }

  /// Reads a configuration. Throws `CheckFailure` with file and line.
  public static func read(_ path: String, rules: [RuleDescription]) throws(CheckFailure) -> Configuration {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw CheckFailure(
        "cannot read \(path)", "there is no such file, or it may not be read", "give the path of a \(name)")
    }
    var configuration = try parse(String(decoding: data, as: UTF8.self), path: path, rules: rules)
    let file = URL(fileURLWithPath: path).standardizedFileURL.path
    configuration.folder = (file as NSString).deletingLastPathComponent
    return configuration
  }

  static func parse(_ text: String, path: String, rules: [RuleDescription]) throws(CheckFailure) -> Configuration {
    let root: Node?
    do {
      root = try compose(yaml: text)
    } catch let error as YamlError {
      throw CheckFailure(path, "it is not YAML: \(error)".split(separator: "\n").joined(separator: " "), "correct it")
    } catch {
      throw CheckFailure(path, "\(error)", "correct it")
    }
    guard let root else { return Configuration() }
    if case .scalar(let scalar) = root, scalar.string.isEmpty { return Configuration() }
    return try ConfigurationReader(path: path, rules: rules).configuration(root)
  }
}

private struct ConfigurationReader {
  let path: String
  let rules: [RuleDescription]

  private func failure(_ node: Node, _ why: String, _ advice: String) -> CheckFailure {
    CheckFailure(node.mark.map { "\(path):\($0.line):\($0.column)" } ?? path, why, advice)
  }

  private func entries(_ node: Node, _ what: String) throws(CheckFailure) -> [(key: String, node: Node, value: Node)] {
    guard case .mapping(let mapping) = node else {
      throw failure(node, "\(what) must be a mapping", "write 'key: value' lines")
    }
    var result: [(String, Node, Node)] = []
    for (key, value) in mapping {
      guard let name = key.string else { throw failure(key, "a key of \(what) is not a word", "write a name") }
      result.append((name, key, value))
    }
    return result
  }

  private func strings(_ node: Node, _ what: String) throws(CheckFailure) -> [String] {
    if let single = node.string { return [single] }
    guard case .sequence(let sequence) = node else {
      throw failure(node, "\(what) must be a list", "write [a, b] or '- a' lines")
    }
    var result: [String] = []
    for item in sequence {
      guard let text = item.string else { throw failure(item, "an entry of \(what) is not a word", "write a pattern") }
      result.append(text)
    }
    return result
  }

  func configuration(_ root: Node) throws(CheckFailure) -> Configuration {
    var result = Configuration()
    for (key, keyNode, value) in try entries(root, "the configuration") {
      switch key {
      case "rules": for entry in try entries(value, "rules") { try readRule(entry, into: &result) }
      case "paths":
        for (kind, kindNode, patterns) in try entries(value, "paths") {
          switch kind {
          case "include": result.included = try strings(patterns, "paths.include").map(PathPattern.init)
          case "exclude": result.excluded = try strings(patterns, "paths.exclude").map(PathPattern.init)
          default: throw unknown(kind, kindNode, ["include", "exclude"])
          }
        }
      case "fail-on":
        guard let severity = value.string.flatMap(Severity.init(rawValue:)) else {
          throw failure(value, "'\(value.string ?? "")' is no severity", "write red, yellow or green")
        }
        result.failOn = severity
      case "functions":
        for (name, nameNode, notation) in try entries(value, "functions") {
          guard let text = notation.string else {
            throw failure(nameNode, "\(name) has no description", "write for example '\(name): frees 0'")
          }
          do {
            result.functions.append(try ForeignFunction(name: name, notation: text, confidence: .model))
          } catch {
            throw failure(
              notation, error.description,
              "write for example 'allocates by \(name)_free', 'frees 0', 'retains 1', 'frees all'")
          }
        }
      default: throw unknown(key, keyNode, ["rules", "paths", "fail-on", "functions"])
      }
    }
    return result
  }

  private func unknown(_ key: String, _ node: Node, _ known: [String]) -> CheckFailure {
    failure(
      node, "'\(key)' is not known here\(NearMiss.hint(key, among: known))",
      "use one of \(known.joined(separator: ", "))")
  }

  private func readRule(_ entry: (key: String, node: Node, value: Node), into result: inout Configuration)
    throws(CheckFailure)
  {
    guard let rule = rules.first(where: { $0.id == entry.key || $0.name == entry.key }) else {
      let names = rules.map(\.id) + rules.map(\.name)
      throw failure(
        entry.node, "there is no rule '\(entry.key)'\(NearMiss.hint(entry.key, among: names))",
        "'belay rules' lists them")
    }
    switch entry.value.string {
    case "on", "true": result.rules[rule.id] = .on
    case "off", "false": result.rules[rule.id] = .off
    case let text?:
      guard let severity = Severity(rawValue: text) else {
        throw failure(entry.value, "'\(text)' is no setting of a rule", "write on, off, red, yellow or green")
      }
      result.rules[rule.id] = .severity(severity)
    case nil:
      throw failure(entry.value, "the setting of \(rule.id) is not a word", "write on, off, red, yellow or green")
    }
  }
}
