import Foundation

/// What SARIF 2.1.0 allows of the objects that Belay writes: which properties there are, which must be there, and of what kind they are.
indirect enum SARIFShape: Sendable {
  case text
  case uri
  case flag
  case number(atLeast: Int)
  case oneOf([String])
  case list(SARIFShape, atLeast: Int = 0, unique: Bool = false)
  case dictionary(SARIFShape)
  case object([String: SARIFShape], required: [String] = [])
  case properties

  static let message = SARIFShape.object(["text": .text, "markdown": .text])
  static let described = SARIFShape.object(["text": .text, "markdown": .text], required: ["text"])
  static let level = SARIFShape.oneOf(["none", "note", "warning", "error"])
  static let artifactLocation = SARIFShape.object(["uri": .uri, "uriBaseId": .text])
  static let region = SARIFShape.object([
    "startLine": .number(atLeast: 1), "startColumn": .number(atLeast: 1), "endLine": .number(atLeast: 1),
    "endColumn": .number(atLeast: 1),
  ])
  static let location = SARIFShape.object([
    "id": .number(atLeast: -1),
    "physicalLocation": .object(
      ["artifactLocation": artifactLocation, "region": region], required: ["artifactLocation"]),
    "logicalLocations": .list(.object(["fullyQualifiedName": .text]), unique: true), "message": message,
  ])
  static let rule = SARIFShape.object(
    [
      "id": .text, "name": .text, "shortDescription": described, "fullDescription": described, "help": described,
      "defaultConfiguration": .object(["enabled": .flag, "level": level]), "properties": .properties,
    ], required: ["id"])
  static let threadFlowLocation = SARIFShape.object([
    "location": location, "kinds": .list(.text, unique: true), "executionOrder": .number(atLeast: -1),
  ])
  static let codeFlow = SARIFShape.object(
    [
      "threadFlows": .list(
        .object(["locations": .list(threadFlowLocation, atLeast: 1)], required: ["locations"]), atLeast: 1)
    ], required: ["threadFlows"])
  static let fix = SARIFShape.object(
    [
      "description": message,
      "artifactChanges": .list(
        .object(
          [
            "artifactLocation": artifactLocation,
            "replacements": .list(
              .object(["deletedRegion": region, "insertedContent": message], required: ["deletedRegion"]), atLeast: 1),
          ], required: ["artifactLocation", "replacements"]), atLeast: 1, unique: true),
    ], required: ["artifactChanges"])
  static let result = SARIFShape.object(
    [
      "ruleId": .text, "ruleIndex": .number(atLeast: -1), "level": level, "message": message,
      "locations": .list(location),
      "relatedLocations": .list(location, unique: true), "codeFlows": .list(codeFlow),
      "fixes": .list(fix, unique: true),
      "partialFingerprints": .dictionary(.text),
      "suppressions": .list(
        .object(["kind": .oneOf(["inSource", "external"]), "justification": .text], required: ["kind"]), unique: true),
      "properties": .properties,
    ], required: ["message"])
  static let notification = SARIFShape.object(
    ["level": level, "message": message, "locations": .list(location, unique: true)], required: ["message"])
  static let log = SARIFShape.object(
    [
      "$schema": .uri, "version": .oneOf(["2.1.0"]),
      "runs": .list(
        .object(
          [
            "tool": .object(
              [
                "driver": .object(
                  [
                    "name": .text, "version": .text, "semanticVersion": .text, "informationUri": .uri,
                    "rules": .list(rule, unique: true),
                  ], required: ["name"])
              ], required: ["driver"]),
            "invocations": .list(
              .object(
                ["executionSuccessful": .flag, "toolExecutionNotifications": .list(notification)],
                required: ["executionSuccessful"])),
            "results": .list(result), "columnKind": .oneOf(["utf16CodeUnits", "unicodeCodePoints"]),
            "originalUriBaseIds": .dictionary(artifactLocation), "properties": .properties,
          ], required: ["tool"])),
    ], required: ["version", "runs"])

  /// What is wrong with a value, each with its path.
  func faults(in value: Any, at path: String = "$") -> [String] {
    switch self {
    case .text: return value is String ? [] : ["\(path): no text"]
    case .uri:
      guard let text = value as? String else { return ["\(path): no text"] }
      let isReference = text.unicodeScalars.allSatisfy {
        $0.isASCII && ($0.properties.isAlphabetic || "0123456789-._~!$&'()*+,;=:@/%?#".unicodeScalars.contains($0))
      }
      return isReference && !text.isEmpty ? [] : ["\(path): '\(text)' is no URI reference"]
    case .flag: return value is Bool ? [] : ["\(path): no flag"]
    case .number(let least):
      return (value as? Int).map { $0 >= least } == true ? [] : ["\(path): no number from \(least) on"]
    case .oneOf(let words):
      return (value as? String).map(words.contains) == true ? [] : ["\(path): '\(value)' is none of \(words)"]
    case .list(let element, let least, let unique):
      guard let list = value as? [Any] else { return ["\(path): no list"] }
      var faults = list.enumerated().flatMap { element.faults(in: $1, at: "\(path)[\($0)]") }
      if list.count < least { faults.append("\(path): fewer than \(least) entries") }
      if unique, Set(list.map { "\($0)" }).count < list.count { faults.append("\(path): an entry is there twice") }
      return faults
    case .dictionary(let element):
      guard let object = value as? [String: Any] else { return ["\(path): no object"] }
      return object.flatMap { element.faults(in: $1, at: "\(path).\($0)") }
    case .object(let shapes, let required):
      guard let object = value as? [String: Any] else { return ["\(path): no object"] }
      let unknown = object.keys.filter { shapes[$0] == nil }.map { "\(path).\($0): there is no such property" }
      let missing = required.filter { object[$0] == nil }.map { "\(path).\($0): missing" }
      return unknown + missing
        + object.flatMap { key, value in shapes[key]?.faults(in: value, at: "\(path).\(key)") ?? [] }
    case .properties: return value is [String: Any] ? [] : ["\(path): no object"]
    }
  }
}
