/// How a source language says what messages and fixes speak of. Everything a rule prints that depends on the language comes from here.
struct Wording {
  let language: Function.Language

  /// A C function as the source calls it.
  func foreign(_ name: String) -> String {
    switch language {
    case .go: "C." + name
    case .swift: name
    }
  }

  /// What runs beside the code that started it.
  var task: String {
    switch language {
    case .go: "goroutine"
    case .swift: "task"
    }
  }

  /// Likewise, several.
  var tasks: String { task + "s" }

  /// The statement that removes an entry. A map without values is a set.
  func removal(of key: String, from map: String, isSet: Bool) -> String {
    switch language {
    case .go: "delete(\(map), \(key))"
    case .swift: isSet ? "\(map).remove(\(key))" : "\(map)[\(key)] = nil"
    }
  }

  /// Whether a statement is such a removal.
  func isRemoval(_ statement: String) -> Bool {
    switch language {
    case .go: statement.hasPrefix("delete(")
    case .swift:
      statement.hasSuffix("] = nil") || statement.contains(".removeValue(forKey:") || statement.contains(".remove(")
    }
  }

  /// A statement that runs when the function is left.
  func deferred(_ statement: String) -> String {
    switch language {
    case .go: "defer " + statement
    case .swift: "defer { \(statement) }"
    }
  }

  /// What comes of a number that is taken for an address.
  var numberAsPointer: String {
    switch language {
    case .go: "the collector and checkptr may take it for an address"
    case .swift: "whoever looks behind it reads memory that is not there"
    }
  }
}
