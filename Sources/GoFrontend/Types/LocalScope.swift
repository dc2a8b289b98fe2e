/// The names that are visible inside a function, innermost first: one table of current meanings, and a log to restore what an inner block hid.
struct LocalScope {
  private var current = NameMap()
  private var log: [(name: Name, previous: ObjectID)] = []
  private var marks: [Int] = []

  mutating func open() { marks.append(log.count) }

  mutating func close() {
    let mark = marks.removeLast()
    while log.count > mark {
      let (name, previous) = log.removeLast()
      current[name] = previous.isNone ? nil : previous
    }
  }

  mutating func declare(_ name: Name, _ object: ObjectID) {
    log.append((name, current[name] ?? .none))
    current[name] = object
  }

  /// What the name means, if it was declared in a function.
  subscript(name: Name) -> ObjectID? { current[name] }

  /// Whether the innermost block declares the name itself: then `:=` assigns.
  func isDeclaredHere(_ name: Name) -> Bool {
    guard let mark = marks.last else { return false }
    return log[mark...].contains { $0.name == name }
  }
}
