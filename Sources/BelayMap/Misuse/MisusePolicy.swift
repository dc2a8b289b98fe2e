import Synchronization

/// What happens when a map notices that it is used wrongly.
public enum MisusePolicy: Sendable {
  /// The process stops with a message. The default.
  case trap
  /// The function is told; then the refused write is left out, a refused look-up answers as for a missing key, and a refused iteration
  /// ends.
  case handler(@Sendable (MapMisuse) -> Void)

  /// The policy of all maps of the process.
  ///
  /// Thread safe.
  public static var current: MisusePolicy {
    get { stored.withLock { $0 } }
    set { stored.withLock { $0 = newValue } }
  }

  private static let stored = Mutex(MisusePolicy.trap)

  /// Acts on a misuse as the policy says.
  @usableFromInline
  package static func report(_ misuse: MapMisuse) {
    switch current {
    case .trap: fatalError("Belay: \(misuse)")
    case .handler(let handler): handler(misuse)
    }
  }
}
