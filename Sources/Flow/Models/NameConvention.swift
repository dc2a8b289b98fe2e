/// What the name of a C function suggests.
///
/// Verbs that empty an object whose memory stays the caller's (`deinit`, `fini`, `cleanup`, `term`) are left out: `thing_deinit(p); free(p)` is how such an object ends.
/// So is `put`: most libraries store with it, only reference counts of the kernel's kind end with it.
/// It is a guess: findings that rest on it are never more than yellow, and the caller makes sure that the argument is a pointer.
public enum NameConvention {
  private static let frees: Set<String> = ["free", "destroy", "delete", "dispose", "kill", "finalize", "close", "drop"]
  private static let releases: Set<String> = ["unref", "release", "decref"]
  private static let retains: Set<String> = ["ref", "retain", "incref", "acquire"]
  private static let allocates: Set<String> = [
    "new", "create", "alloc", "open", "dup", "clone", "copy", "strdup", "init",
  ]

  /// Words before the verb that make the name a question, a setting or a notice: `glfwWindowShouldClose`, `set_auto_free`.
  private static let notActions: Set<String> = [
    "set", "get", "is", "has", "can", "should", "will", "would", "did", "was", "needs", "needed", "on", "no", "not",
    "auto", "before", "after",
    "pre", "post", "try", "test", "check", "connect", "emit", "request", "enable", "disable", "callback", "handler",
    "signal",
  ]

  /// Libraries in which only the count of references and `free` end an object: their `close`, `destroy` and `release` act on a live one, and what they end the
  /// library model lists by name.
  private static let countedLibraries: Set<String> = [
    "g", "gtk", "gdk", "gsk", "gst", "atk", "pango", "webkit", "adw", "soup", "vte", "gio",
  ]

  /// Whether a type is an object of a library that counts references: `GtkBuilder`.
  static func isCountedType(_ name: String) -> Bool {
    guard let first = words(of: name).first else { return false }
    return countedLibraries.contains(first)
  }

  /// Whether a name says that what is handed over stays: `set_log_callback`, `add_observer`, `thing_register`.
  static func registers(_ name: String) -> Bool {
    let words = Set(words(of: name))
    if !words.isDisjoint(with: ["register", "subscribe", "connect", "install", "observe", "watch"]) { return true }
    let what: Set<String> = [
      "callback", "callbacks", "cb", "handler", "hook", "listener", "observer", "notify", "func", "function",
      "delegate",
      "userdata", "watch", "source", "timer",
    ]
    return !words.isDisjoint(with: ["set", "add", "attach"]) && !words.isDisjoint(with: what)
  }

  /// The function as its name describes it; nil when the name says nothing.
  ///
  /// - Complexity: linear in the name.
  public static func function(named name: String) -> ForeignFunction? {
    let words = words(of: name)
    guard let first = words.first, let last = words.last, words.count > 1 else { return nil }
    // `thing_free`, `ThingFree`, and `free_thing`, `DestroyThing`; numbers behind a name do not count: `thing_free2`.
    let isCounted = countedLibraries.contains(first)
    if !words.dropLast().contains(where: notActions.contains),
      let function = function(name, verb: last, isCounted: isCounted)
    {
      return function
    }
    // In front the verb is followed by what it acts on: `free_count` and `open_flags` are nouns all the same, but give numbers.
    return notActions.contains(words[1]) ? nil : function(name, verb: first, isCounted: false)
  }

  private static func function(_ name: String, verb: String, isCounted: Bool) -> ForeignFunction? {
    if frees.contains(verb), !isCounted || verb == "free" {
      return ForeignFunction(name: name, confidence: .name, parameters: [.frees])
    }
    if releases.contains(verb), !isCounted || verb == "unref" {
      return ForeignFunction(name: name, confidence: .name, parameters: [.releases])
    }
    if retains.contains(verb), !isCounted || verb == "ref" {
      return ForeignFunction(name: name, confidence: .name, parameters: [.retains])
    }
    if allocates.contains(verb) {
      return ForeignFunction(name: name, confidence: .name, parameters: [], result: .allocates(release: nil))
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
