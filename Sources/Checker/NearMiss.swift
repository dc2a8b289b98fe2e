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

  /// How many letters must be added, removed, replaced or swapped with their neighbour (optimal string alignment).
  ///
  /// Complexity: the product of the lengths, of which no more than 64 letters count.
  static func distance(_ left: String, _ right: String) -> Int {
    let left = Array(left.prefix(64))
    let right = Array(right.prefix(64))
    var beforeLast: [Int] = []
    var last = Array(0...right.count)
    for (i, a) in left.enumerated() {
      var row = [i + 1]
      for (j, b) in right.enumerated() {
        var best = min(row[j] + 1, last[j + 1] + 1, last[j] + (a == b ? 0 : 1))
        if i > 0, j > 0, a == right[j - 1], b == left[i - 1] { best = min(best, beforeLast[j - 1] + 1) }
        row.append(best)
      }
      (beforeLast, last) = (last, row)
    }
    return last[right.count]
  }
}
