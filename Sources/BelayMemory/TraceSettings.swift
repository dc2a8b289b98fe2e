#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What the environment variable `BELAY_TRACE` asks the libraries to say or keep, as `name=number` pairs with commas between them.
///
///     BELAY_TRACE=reclaim=1,maps=1
package struct TraceSettings: Sendable, Equatable {
  /// `reclaim=1`: a line on standard error for each cycle of the sweeper.
  package private(set) var tracesReclaim = false
  /// `maps=1`: the table of live maps is kept.
  package private(set) var keepsLiveMaps = false
  /// What nothing is known of.
  package private(set) var unknown: [String] = []

  /// What the process was started with. What is not known is reported once, on standard error.
  package static let current: TraceSettings = {
    guard let value = getenv("BELAY_TRACE") else { return TraceSettings("") }
    let settings = TraceSettings(String(cString: value))
    for part in settings.unknown {
      StandardError.write("Belay: BELAY_TRACE: '\(part)' is unknown; known are reclaim=1 and maps=1")
    }
    return settings
  }()

  /// Reads a text.
  package init(_ text: String) {
    for part in text.split(separator: ",") {
      switch part {
      case "reclaim=1": tracesReclaim = true
      case "maps=1": keepsLiveMaps = true
      case "reclaim=0", "maps=0": break
      default: unknown.append(String(part))
      }
    }
  }
}
