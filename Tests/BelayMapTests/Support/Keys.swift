import BelayMap

/// A key whose hash is the same for all.
struct ConstantKey: Hashable {
  let number: Int
  func hash(into hasher: inout Hasher) {}
}

/// A key of which sixteen share a hash.
struct CollidingKey: Hashable {
  let number: Int
  func hash(into hasher: inout Hasher) { hasher.combine(number / 16) }
}

/// 200 bytes.
struct LargeValue: Equatable {
  var words: (UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0)
  var more: (UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0)
  var evenMore: (UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0)
  var most: (UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0)
  var last: (UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0)

  init(_ number: Int) {
    words.0 = UInt64(number)
    last.4 = UInt64(number) &* 31
  }

  static func == (left: LargeValue, right: LargeValue) -> Bool {
    left.words.0 == right.words.0 && left.last.4 == right.last.4
  }
}

/// A value of no bytes.
struct Nothing: Equatable {}

/// A key of 200 bytes.
struct LargeKey: Hashable {
  let value: LargeValue
  init(_ number: Int) { value = LargeValue(number) }
  func hash(into hasher: inout Hasher) { hasher.combine(value.words.0) }
}

/// Hashes an integer by itself, moved to where the bucket is chosen; tests choose buckets with it.
struct BucketChoosingHasher: MapHasher {
  func hash(_ key: Int, seed: UInt64) -> UInt64 {
    UInt64(truncatingIfNeeded: key) << 4 | UInt64(truncatingIfNeeded: key &* 0x9E37) << 48
  }
}
