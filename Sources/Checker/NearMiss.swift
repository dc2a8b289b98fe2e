/// Proposals for what was meant.
public enum NearMiss {
  /// The candidate nearest to a word, if it is near enough to have been meant.
  public static func find(_ word: String, among candidates: some Sequence<String>) -> String? {
    let best = candidates.map { ($0, distance(word.lowercased(), $0.lowercased())) }.min { $0.1 < $1.1 }
    guard let best, best.1 <= max(1, word.count / 3) else { return nil }
    return best.0
  }

  /// `; did you mean 'x'?`, or nothing.
  public static func hint(_ word: String, among candidates: some Sequence<String>) -> String {
    find(word, among: candidates).map { ", did you mean '\($0)'?" } ?? ""
  }

  /// How many letters must be added, removed or replaced (Levenshtein).
  static func distance(_ left: String, _ right: String) -> Int {
    let left = Array(left.prefix(64))
    let right = Array(right.prefix(64))
    var row = Array(0...right.count)
    for (i, a) in left.enumerated() {
      var previous = row[0]
      row[0] = i + 1
      for (j, b) in right.enumerated() {
        let next = min(row[j] + 1, row[j + 1] + 1, previous + (a == b ? 0 : 1))
        previous = row[j + 1]
        row[j + 1] = next
      }
    }
    return row[right.count]
  }
}
