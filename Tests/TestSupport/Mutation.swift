import Foundation

/// Damages input as broken disks, broken writers and people who mean harm do, always in the same way for the same seed.
///
/// A run of the tests makes a fixed number of attempts with a fixed seed. `BELAY_FUZZ_ROUNDS=100000` makes that many, and another seed each time, which is printed;
/// `BELAY_TEST_SEED` sets it.
public struct Mutation {
  private var random: SeededRandom

  /// How many attempts are made.
  public let rounds: Int

  /// - Parameters:
  ///   - rounds: How many attempts a run of the tests makes.
  ///   - seed: The seed that it has.
  public init(rounds: Int, seed: UInt64) {
    let environment = ProcessInfo.processInfo.environment
    let wanted = environment["BELAY_FUZZ_ROUNDS"].flatMap { Int($0) }
    self.rounds = wanted ?? rounds
    random = SeededRandom(seed: wanted == nil && environment["BELAY_TEST_SEED"] == nil ? seed : SeededRandom.anySeed)
    if wanted != nil { print("seed \(random.seed)") }
  }

  /// A damaged copy.
  /// - Parameter ranges: where damage is of interest; everywhere if there are none.
  public mutating func damaged(_ original: [UInt8], in ranges: [Range<Int>] = []) -> [UInt8] {
    var bytes = original
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      guard !bytes.isEmpty else { break }
      let range = (ranges.randomElement(using: &random) ?? bytes.indices).clamped(to: bytes.indices)
      guard !range.isEmpty else { continue }
      let place = Int.random(in: range, using: &random)
      switch Int.random(in: 0..<8, using: &random) {
      case 0, 1: bytes[place] = UInt8.random(in: 0...255, using: &random)
      case 2: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      case 3, 4:
        // Numbers at which readers go wrong, in all widths.
        let numbers: [UInt64] = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 1 << 31, 0xffff_ffff, 1 << 62, 1 << 63, .max]
        let number =
          Bool.random(using: &random)
          ? numbers.randomElement(using: &random) ?? 0
          : UInt64(bytes.count) &+ .random(in: 0..<64, using: &random) &- 32
        for index in 0..<([1, 2, 4, 8].randomElement(using: &random) ?? 1) where place + index < bytes.count {
          bytes[place + index] = UInt8(truncatingIfNeeded: number >> UInt64(8 * index))
        }
      case 5:
        // Another part of the same.
        let length = Int.random(in: 1...32, using: &random)
        let from = Int.random(in: bytes.indices, using: &random)
        let part = Array(bytes[from..<min(bytes.count, from + length)])
        for (index, byte) in part.enumerated() where place + index < bytes.count { bytes[place + index] = byte }
      case 6:
        bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...16, using: &random)))
      default:
        if Int.random(in: 0..<4, using: &random) == 0 { bytes.removeSubrange(place...) }
      }
    }
    return bytes
  }
}
