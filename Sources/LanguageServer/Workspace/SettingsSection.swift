/// Settings as a client sends them: the section itself, or an object that has it as `belay`. What is not understood is kept as a problem, and the rest counts.
struct SettingsSection: Decodable, Sendable {
  private(set) var settings = Settings()
  /// What was not understood, in words for the user.
  private(set) var problems: [String] = []

  private struct Key: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  static let names = ["tests", "goos", "goarch", "tags", "only", "config", "debounce", "diagnostics", "cache"]

  init() {}

  init(from decoder: any Decoder) throws {
    guard let values = try? decoder.container(keyedBy: Key.self) else {
      problems.append("the settings are no object")
      return
    }
    if values.contains(Key(stringValue: "belay")) {
      // A client without such a section sends null.
      if let section = try? values.decode(SettingsSection?.self, forKey: Key(stringValue: "belay")) { self = section }
      return
    }
    for key in values.allKeys { read(key, values) }
  }

  private mutating func read(_ key: Key, _ values: KeyedDecodingContainer<Key>) {
    if (try? values.decodeNil(forKey: key)) == true { return }
    func value<Value: Decodable>(_ type: Value.Type) -> Value? { try? values.decode(type, forKey: key) }
    var isUnderstood = true
    func take<Value>(_ value: Value?, _ body: (Value) -> Void) {
      if let value { body(value) } else { isUnderstood = false }
    }
    switch key.stringValue {
    case "tests": take(value(Bool.self)) { settings.tests = $0 }
    case "goos": take(value(String.self)) { settings.goos = $0.isEmpty ? nil : $0 }
    case "goarch": take(value(String.self)) { settings.goarch = $0.isEmpty ? nil : $0 }
    case "tags": take(value([String].self)) { settings.tags = $0 }
    case "only": take(value([String].self)) { settings.only = $0 }
    case "config": take(value(String.self)) { settings.config = $0.isEmpty ? nil : $0 }
    case "debounce": take(value(Int.self).flatMap { (0...60_000).contains($0) ? $0 : nil }) { settings.debounce = $0 }
    case "diagnostics": take(value(String.self).flatMap(Settings.Delivery.init)) { settings.diagnostics = $0 }
    case "cache": take(value(Bool.self)) { settings.cache = $0 }
    default:
      problems.append("there is no setting 'belay.\(key.stringValue)'; there are \(Self.names.joined(separator: ", "))")
      return
    }
    if !isUnderstood { problems.append("the value of the setting 'belay.\(key.stringValue)' is not understood") }
  }
}
