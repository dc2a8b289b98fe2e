import CBucketRow
import TestSupport
import Testing

/// The steps on a whole row at once, held against the same steps slot by slot.
@Suite struct BucketRowTests {
  private func rows(_ body: (inout [UInt8], inout SeededRandom) -> Void) {
    var random = SeededRandom(seed: 11)
    for _ in 0..<2000 {
      var row = (0..<16).map { _ in UInt8.random(in: 5...255, using: &random) }
      let share = Int.random(in: 0...10, using: &random)
      for lane in 0..<15 where Int.random(in: 0..<10, using: &random) >= share {
        row[lane] = UInt8.random(in: 0...1, using: &random)
      }
      body(&row, &random)
    }
  }

  private func bits(_ row: [UInt8], where isSet: (UInt8) -> Bool) -> UInt32 {
    row.enumerated().reduce(0) { isSet($1.element) ? $0 | 1 << UInt32($1.offset) : $0 }
  }

  @Test func matches() {
    rows { row, random in
      let hash = UInt64(row[Int.random(in: 0..<16, using: &random)]) << 56 | random.next() >> 8
      #expect(belay_row_match_hash(row, hash, 5) == bits(row) { $0 == max(5, UInt8(hash >> 56)) })
      let low = random.next() >> 8
      #expect(belay_row_match_hash(row, low, 5) == bits(row) { $0 == 5 })
      #expect(belay_row_match_at_most(row, 4) == bits(row) { $0 <= 4 })
    }
  }

  @Test func fourRowsAtOnce() {
    var random = SeededRandom(seed: 12)
    for _ in 0..<1000 {
      var four = (0..<64).map { _ in UInt8.random(in: 0...255, using: &random) }
      for row in 0..<4 { four[row * 16 + 15] = 0 }
      var expected: UInt64 = 0
      for lane in 0..<64 where lane % 16 != 15 && four[lane] >= 5 { expected |= 1 << UInt64(lane) }
      #expect(belay_rows_occupied(four, 5) == expected)
      four[Int.random(in: 0..<4, using: &random) * 16 + 15] = 4
      #expect(belay_rows_occupied(four, 5) == .max)
    }
  }

  @Test func vacate() {
    rows { row, random in
      let lane = Int.random(in: 0..<15, using: &random)
      row[lane] = 77
      var expected = row
      expected[lane] = 1
      var last = 14
      while last >= 0, expected[last] < 5 {
        expected[last] = 0
        last -= 1
      }
      belay_row_vacate(&row, UInt32(lane), 1, 5)
      #expect(row == expected)
    }
  }

  @Test func marksOfWhatHasMoved() {
    rows { row, random in
      let high = UInt32.random(in: 0..<0x8000, using: &random)
      var expected = row.enumerated().map { $1 < 5 ? 4 : UInt8(2 + (high >> UInt32($0)) & 1) }
      expected[15] = 0
      belay_row_mark_moved(&row, high, 5, 2, 4)
      #expect(row == expected)
    }
  }
}
