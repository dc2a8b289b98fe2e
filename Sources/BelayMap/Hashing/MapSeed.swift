import Synchronization

/// The seeds of maps: unpredictable from outside the process, and different for each map.
@usableFromInline
enum MapSeed {
  private static let secret: (UInt64, UInt64) = {
    var random = SystemRandomNumberGenerator()
    return (random.next(), random.next())
  }()
  private static let counter = Atomic<UInt64>(0)

  /// A new seed. One system call in the life of the process, none for each map.
  @usableFromInline
  static func next() -> UInt64 {
    let number = counter.wrappingAdd(1, ordering: .relaxed).newValue
    return FoldedHash.words(number, secret.0, seed: secret.1)
  }
}
