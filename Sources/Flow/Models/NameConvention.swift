/// What the name of a C function suggests. It is a guess: findings that rest on it are never more than yellow, and the caller makes sure that the argument is a pointer.
public enum NameConvention {
  private static let frees: Set<String> = [
    "free", "destroy", "delete", "dispose", "kill", "finalize", "close", "drop", "deinit", "fini", "cleanup", "term",
  ]
  private static let releases: Set<String> = ["unref", "release", "decref", "put"]
  private static let retains: Set<String> = ["ref", "retain", "incref", "acquire"]
  private static let allocates: Set<String> = [
    "new", "create", "alloc", "open", "dup", "clone", "copy", "strdup", "init",
  ]

  /// The function as its name describes it; nil when the name says nothing.
  public static func function(named name: String) -> ForeignFunction? {
    let words = words(of: name)
    guard words.count > 1 else { return nil }
    // `thing_free`, `ThingFree`, and `free_thing`, `DestroyThing`; numbers behind a name do not count: `thing_free2`.
    for word in [words[words.count - 1], words[0]] {
      if frees.contains(word) { return ForeignFunction(name: name, confidence: .name, parameters: [.frees]) }
      if releases.contains(word) { return ForeignFunction(name: name, confidence: .name, parameters: [.releases]) }
      if retains.contains(word) { return ForeignFunction(name: name, confidence: .name, parameters: [.retains]) }
      if allocates.contains(word) {
        return ForeignFunction(name: name, confidence: .name, parameters: [], result: .allocates(release: nil))
      }
    }
    return nil
  }

  /// The words of `snake_case` and `camelCase`, in lower case.
  static func words(of name: String) -> [String] {
    var words: [String] = []
    var word = ""
    var previousIsLower = false
    func isLetter(_ character: Character) -> Bool { character.isASCII && character.isLetter }
    for character in name {
      guard isLetter(character) else {
        if !word.isEmpty { words.append(word) }
        word = ""
        previousIsLower = false
        continue
      }
      if character.isUppercase && previousIsLower {
        words.append(word)
        word = ""
      }
      word += character.lowercased()
      previousIsLower = character.isLowercase
    }
    if !word.isEmpty { words.append(word) }
    return words
  }
}
