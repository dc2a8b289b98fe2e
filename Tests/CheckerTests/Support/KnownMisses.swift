/// Examples that the checker does not meet, by rule, kind and name, each with the reason. One that is met after all must leave the list.
enum KnownMisses {
  static let reasons: [String: String] = [
    "BM010/faulty/11-interface-word":
      "what a struct laid over an interface's two words reads is known by offset only, and fields are followed by name",
    "BM016/faulty/06-interface-method":
      "io is not found without a Go distribution: whether what the map holds can be nil is not known",
  ]
}
