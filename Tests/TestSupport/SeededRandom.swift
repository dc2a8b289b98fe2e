import Foundation

/// A random sequence that a printed number brings back, the same on every platform: splitmix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", OOPSLA 2014).
public struct SeededRandom: RandomNumberGenerator {
  /// What the sequence began with.
  public let seed: UInt64
  private var state: UInt64

  /// A seed that nobody has chosen: what the variable `BELAY_TEST_SEED` says, where a run is to be repeated, otherwise another one each time.
  public static var anySeed: UInt64 {
    ProcessInfo.processInfo.environment["BELAY_TEST_SEED"].flatMap { UInt64($0) } ?? .random(in: 1...(.max))
  }

  /// Begins the sequence of a number, or of one that nobody has chosen.
  public init(seed: UInt64 = anySeed) {
    self.seed = seed
    state = seed
  }

  /// The next number.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }
}
