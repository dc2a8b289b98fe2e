/// What a client can set: in `initializationOptions`, and in the section `belay` of its configuration.
struct Settings: Sendable, Equatable {
  /// Whether diagnostics are sent by the server, or asked for by the client.
  enum Delivery: String, Sendable { case auto, push, pull }

  /// Whether test files are checked.
  var tests = false
  /// The operating system that files are chosen for first; nil for this one's.
  var goos: String?
  /// The processor architecture that files are chosen for first; nil for this one's.
  var goarch: String?
  /// Build tags.
  var tags: [String] = []
  /// The only rules that run, by id or name; empty for those that the configuration lets run.
  var only: [String] = []
  /// The configuration file; nil for the nearest `.belay.yml`.
  var config: String?
  /// How long the server waits for a further edit before it checks, in milliseconds.
  var debounce = 50
  /// Who starts when there are diagnostics.
  var diagnostics = Delivery.auto
  /// Whether what was found out is kept between runs.
  var cache = true
}
