extension LSP {
  /// The client's settings. `settings` may be anything, `null` among it; what is no settings of Belay counts as none.
  struct DidChangeConfigurationParams: Decodable, Sendable {
    var settings: SettingsSection?
  }
}
