/// The changed lines in the output of `git diff --unified=0`.
///
/// Read as bytes: a line may end in a carriage return, which is part of the file, and may be of any encoding. The counts in a hunk's head say how many lines belong to
/// it, so that changed text which looks like a head is not taken for one.
struct UnifiedDifference {
  /// New lines by file. Where lines were only removed, the lines before and after them.
  private(set) var changedLines: [String: [ClosedRange<Int>]] = [:]

  /// Reads a difference. What is not understood is passed over. Complexity: linear.
  init(_ bytes: [UInt8]) {
    var file: String?
    var remaining = 0
    for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true) {
      if remaining > 0, line.first == UInt8(ascii: "+") || line.first == UInt8(ascii: "-") {
        remaining -= 1
      } else if line.starts(with: "+++ ".utf8) {
        file = Self.path(line.dropFirst(4))
      } else if line.starts(with: "@@ ".utf8), let hunk = Self.hunk(line) {
        remaining = hunk.lines
        if let file { changedLines[file, default: []].append(hunk.range) }
      }
    }
  }

  /// `b/folder/file.go`, or in quotes with escapes where git had to; nil for a file that is gone.
  private static func path(_ text: ArraySlice<UInt8>) -> String? {
    var text = text
    if text.last == UInt8(ascii: "\t") { text.removeLast() }
    if text.first == UInt8(ascii: "\""), text.last == UInt8(ascii: "\""), text.count >= 2 {
      text = unescaped(text.dropFirst().dropLast())[...]
    }
    guard text.starts(with: "b/".utf8) else { return nil }
    return String(decoding: text.dropFirst(2), as: UTF8.self)
  }

  private static func unescaped(_ text: ArraySlice<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    var rest = text
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "\\"), let escape = rest.popFirst() else {
        result.append(byte)
        continue
      }
      switch escape {
      case UInt8(ascii: "0")...UInt8(ascii: "7"):
        var value = Int(escape & 7)
        for _ in 0..<2 {
          guard let digit = rest.first, (0x30...0x37).contains(digit) else { break }
          value = value * 8 + Int(digit & 7)
          rest.removeFirst()
        }
        result.append(UInt8(truncatingIfNeeded: value))
      case UInt8(ascii: "a"): result.append(7)
      case UInt8(ascii: "b"): result.append(8)
      case UInt8(ascii: "t"): result.append(9)
      case UInt8(ascii: "n"): result.append(10)
      case UInt8(ascii: "v"): result.append(11)
      case UInt8(ascii: "f"): result.append(12)
      case UInt8(ascii: "r"): result.append(13)
      default: result.append(escape)
      }
    }
    return result
  }

  /// The new lines of `@@ -1,2 +3,4 @@`, and how many lines follow.
  private static func hunk(_ line: ArraySlice<UInt8>) -> (range: ClosedRange<Int>, lines: Int)? {
    let words = line.split(separator: UInt8(ascii: " "))
    guard words.count >= 3, let old = counts(words[1], "-"), let new = counts(words[2], "+") else { return nil }
    let (lines, overflow) = old.count.addingReportingOverflow(new.count)
    let (last, overflowed) = new.first.addingReportingOverflow(max(1, new.count - 1))
    guard !overflow, !overflowed else { return nil }
    return (new.first...(new.count == 1 ? new.first : last), lines)
  }

  private static func counts(_ word: ArraySlice<UInt8>, _ sign: Unicode.Scalar) -> (first: Int, count: Int)? {
    guard word.first == UInt8(ascii: sign) else { return nil }
    let numbers = word.dropFirst().split(separator: UInt8(ascii: ",")).map { Int(String(decoding: $0, as: UTF8.self)) }
    guard let first = numbers.first ?? nil, first >= 0, numbers.count <= 2 else { return nil }
    guard numbers.count == 2 else { return (first, 1) }
    guard let count = numbers[1], count >= 0 else { return nil }
    return (first, count)
  }
}
