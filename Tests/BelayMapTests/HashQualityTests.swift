import TestSupport
import Testing

@testable import BelayMap

/// The fast hash: every bit of a key moves every bit of the hash, patterns spread, and known collisions do not outlive a change of seed.
@Suite struct HashQualityTests {
  /// For each pair of a key's bit and a hash's bit: how often the one moves the other must be near one half.
  func worstBias(samples: Int, bits: Int, hash: (UInt64, UInt64) -> UInt64) -> Double {
    var random = SeededRandom(seed: 42)
    var flips = [Int](repeating: 0, count: bits * 64)
    for _ in 0..<samples {
      let key = random.next()
      let seed = random.next()
      let before = hash(key, seed)
      for bit in 0..<bits {
        var difference = before ^ hash(key ^ (1 << UInt64(bit)), seed)
        while difference != 0 {
          flips[bit * 64 + difference.trailingZeroBitCount] += 1
          difference &= difference - 1
        }
      }
    }
    return flips.map { abs(Double($0) / Double(samples) - 0.5) }.max() ?? 0
  }

  @Test func avalancheOfIntegers() {
    let bias = worstBias(samples: 4000, bits: 64) { FoldedHash.word($0, seed: $1) }
    // 4096 pairs of 4000 samples each: 0.5 / sqrt(4000) is one standard deviation, 0.0079; five of them are allowed.
    #expect(bias < 0.04, "\(bias)")
  }

  @Test func avalancheOfIntegersUnderOneSeed() {
    for seed: UInt64 in [0, 1, 0xDEAD_BEEF, .max] {
      let bias = worstBias(samples: 4000, bits: 64) { key, _ in FoldedHash.word(key, seed: seed) }
      #expect(bias < 0.04, "seed \(seed): \(bias)")
    }
  }

  @Test func avalancheOfBytesAndShortStrings() {
    let words = worstBias(samples: 3000, bits: 64) { FoldedHash.words($0, 0xE800_0000_0000_0000, seed: $1) }
    #expect(words < 0.05, "\(words)")
    let second = worstBias(samples: 3000, bits: 56) { FoldedHash.words(0x6162_6364_6566_6768, $0, seed: $1) }
    #expect(second < 0.05, "\(second)")
    for count in [8, 12, 16, 17, 24, 31, 40] {
      let bias = worstBias(samples: 1500, bits: 64) { key, seed in
        var bytes = [UInt8](repeating: 7, count: count)
        return bytes.withUnsafeMutableBytes { buffer in
          buffer.storeBytes(of: key, toByteOffset: count - 8, as: UInt64.self)
          return FoldedHash.bytes(UnsafeRawPointer(buffer.baseAddress!), count, seed: seed)
        }
      }
      #expect(bias < 0.07, "\(count) bytes: \(bias)")
    }
  }

  /// Keys with a pattern, thrown into buckets by the bits that a map uses: the fullest bucket and the spread must be those of chance.
  @Test(arguments: [0, 4, 12, 20, 32, 48])
  func patternsSpread(shift: Int) {
    for seed: UInt64 in [0, 0x1234_5678_9ABC_DEF0] {
      let patterns: [(String, (Int) -> UInt64)] = [
        ("sequence", { UInt64($0) << UInt64(shift) }),
        ("multiples of 24", { UInt64($0 * 24) << UInt64(shift) }),
        ("counting from the top", { ~(UInt64($0) << UInt64(shift)) }),
        ("two halves", { UInt64($0 & 0xFF) << 56 | UInt64($0 >> 8) << UInt64(shift % 40) }),
        ("grey code", { UInt64($0 ^ ($0 >> 1)) << UInt64(shift) }),
      ]
      for (name, pattern) in patterns {
        let buckets = 1 << 12
        var counts = [Int](repeating: 0, count: buckets)
        var tags = [Int](repeating: 0, count: 256)
        let keys = buckets * 8
        var distinct: Set<UInt64> = []
        for number in 0..<keys {
          let key = pattern(number)
          guard distinct.insert(key).inserted else { continue }
          let hash = FoldedHash.word(key, seed: seed)
          counts[Int(hash >> 4) & (buckets - 1)] += 1
          tags[Int(hash >> 56)] += 1
        }
        let mean = Double(distinct.count) / Double(buckets)
        let chi = counts.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) / mean } / Double(buckets)
        #expect(chi < 1.15, "\(name) << \(shift), seed \(seed): \(chi)")
        let tagMean = Double(distinct.count) / 256
        let tagChi = tags.reduce(0) { $0 + (Double($1) - tagMean) * (Double($1) - tagMean) / tagMean } / 256
        #expect(tagChi < 1.6, "tags of \(name) << \(shift), seed \(seed): \(tagChi)")
      }
    }
  }

  /// Keys chosen to meet in one bucket under seed 0 are spread under any other.
  @Test func floodingForOneSeedFailsForOthers() {
    var chosen: [UInt64] = []
    var key: UInt64 = 0
    while chosen.count < 2000 {
      if (FoldedHash.word(key, seed: 0) >> 4) & 0x3FF == 0 { chosen.append(key) }
      key += 1
    }
    var random = SeededRandom(seed: 7)
    for _ in 0..<20 {
      let seed = random.next()
      var counts = [Int](repeating: 0, count: 1024)
      for key in chosen { counts[Int(FoldedHash.word(key, seed: seed) >> 4) & 0x3FF] += 1 }
      #expect(counts.max()! < 16, "seed \(seed)")
    }
    let map = BucketMap<UInt64, Int>()
    for key in chosen { map[key] = 1 }
    #expect(map.header.pointee.overflowCount < map.header.pointee.buckets.count / 2)
  }

  @Test func stringsThatAreEqualHashAlike() {
    #expect(StringHash.layoutIsKnown)
    let pairs = [
      ("é", "e\u{301}"), ("K", "\u{212A}"), ("Å", "\u{212B}"), ("ñandú ñandú ñandú", "n\u{303}andu\u{301} ñandú ñandú"),
      ("", ""), ("abc", String("abcdefghijklmnopqrstuvwxyz".prefix(3))),
      ("fifteen bytes..", String("fifteen bytes..and many more".prefix(15))),
    ]
    for (left, right) in pairs {
      #expect(left == right)
      for seed: UInt64 in [0, 1, 99] {
        #expect(StringHash.hash(left, seed: seed) == StringHash.hash(right, seed: seed))
      }
      let map: BucketMap<String, Int> = [left: 1]
      #expect(map[right] == 1)
    }
    // The short ways and the slow way agree for every length.
    for count in 0..<60 {
      let text = String(repeating: "x", count: count)
      var reserved = ""
      reserved.reserveCapacity(200)
      reserved += text
      for string in [text, reserved, String(("_" + text).dropFirst())] {
        #expect(StringHash.hash(string, seed: 5) == StringHash.slowHash(string, seed: 5), "\(count)")
      }
      let map: BucketMap<String, Int> = [text: count]
      #expect(map[reserved] == count)
      #expect(map[text + "y"] == nil)
    }
  }

  @Test func stringsOfOneLengthSpread() {
    var counts = [Int](repeating: 0, count: 1024)
    for number in 0..<8192 {
      counts[Int(StringHash.hash("user/\(number)/a/longer/path", seed: 3) >> 4) & 1023] += 1
    }
    let chi = counts.reduce(0.0) { $0 + (Double($1) - 8) * (Double($1) - 8) / 8 } / 1024
    #expect(counts.max()! < 30 && chi < 1.2, "\(chi)")
  }
}
