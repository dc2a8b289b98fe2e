import Checker

/// What is shown of a map when the cursor rests on it.
enum MapHover {
  static func text(_ map: MapDescription, isMarkdown: Bool) -> String {
    let code = { (text: String) in isMarkdown ? "`\(text)`" : text }
    var lines = isMarkdown ? ["```\(map.language.rawValue)", map.type, "```"] : [map.type]
    if map.key.isEmpty && map.value.isEmpty {
      lines.append("Its type does not say what it holds.")
    } else if map.keyHolds.isEmpty && map.valueHolds.isEmpty {
      lines.append("Neither keys nor values can hold an address of C memory.")
    } else {
      for (role, type, holds) in [("Keys", map.key, map.keyHolds), ("Values", map.value, map.valueHolds)]
      where !holds.isEmpty {
        lines.append("\(role), \(code(type)), can hold \(holds.map(meaning).joined(separator: ", and ")).")
      }
    }
    return lines.joined(separator: isMarkdown && lines.count > 4 ? "  \n" : "\n")
  }

  private static func meaning(_ name: String) -> String {
    switch name {
    case "C": "a pointer of C"
    case "uintptr": "an integer with room for an address"
    case "unsafe.Pointer": "an untyped pointer"
    default: name
    }
  }
}
