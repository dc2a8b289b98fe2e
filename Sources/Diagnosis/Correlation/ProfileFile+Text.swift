import Foundation

/// The text form: a head, records with the functions of their stacks behind a `#`, and the runtime's own counts, among them when each of the last 256
/// cycles ended.
extension ProfileFile {
  init(text bytes: UnsafeRawBufferPointer, path: String) {
    self.init(path: path, form: .text)
    var rate = 0.0
    var record: (use: Use, function: String?)?
    var pauseEnds: [Int64] = []
    func number(_ text: some StringProtocol) -> Double { min(max(0, Double(text) ?? 0), 1e18) }
    func finish() {
      if let (use, function) = record { add(use, function: function ?? "unknown") }
      record = nil
    }
    for line in bytes.split(separator: 10) {
      let line = String(decoding: line, as: UTF8.self)
      if line.hasPrefix("heap profile:") {
        // Twice the rate stands behind the kind of profile.
        if let match = line.firstMatch(of: /@ heap\/([0-9]+)/) { rate = number(match.1) / 2 }
      } else if let match = line.prefixMatch(of: /([0-9]+): ([0-9]+) \[[0-9]+: [0-9]+\] @(?: (0x[0-9a-f]+))?/) {
        finish()
        let use = ProfileFile.estimate(objects: number(match.1), bytes: number(match.2), rate: rate)
        record = (use, match.3.map(String.init))
      } else if line.hasPrefix("#\t0x") {
        let fields = line.split(separator: "\t", omittingEmptySubsequences: true)
        guard fields.count >= 3, let current = record else { continue }
        let name = fields[2].split(separator: "+0x").dropLast().joined(separator: "+0x")
        let function = name.isEmpty ? String(fields[2]) : name
        // The first function that is not the runtime's counts, else the first of all.
        if current.function.map({
          $0.hasPrefix("0x") || (ProfileFile.isRuntime($0) && !ProfileFile.isRuntime(function))
        }) ?? true {
          record?.function = function
        }
      } else if let match = line.prefixMatch(of: /# (NumGC|LastGC|PauseEnd) = (.*)/) {
        switch match.1 {
        case "NumGC": cycle = Int(match.2)
        case "PauseEnd": pauseEnds = match.2.dropFirst().dropLast().split(separator: " ").map { Int64($0) ?? 0 }
        default: break
        }
      }
    }
    finish()
    // The list is a ring: cycle n stands at place n - 1.
    guard let last = cycle, last > 0, !pauseEnds.isEmpty else { return }
    for number in max(1, last - pauseEnds.count + 1)...last {
      let end = pauseEnds[(number - 1) % pauseEnds.count]
      if end > 0 { cycleEnds[number] = end }
    }
  }

  /// What a sample stands for: blocks are remembered with a probability that grows with their size (one in `rate` bytes on average).
  private static func estimate(objects: Double, bytes: Double, rate: Double) -> Use {
    guard objects > 0, bytes > 0, rate > 1 else { return Use(bytes: bytes, objects: objects) }
    let scale = 1 / (1 - exp(-(bytes / objects) / rate))
    // Blocks of almost no bytes are not of a profile, and a scale without end would be of no use.
    guard scale.isFinite else { return Use(bytes: bytes, objects: objects) }
    return Use(bytes: bytes * scale, objects: objects * scale)
  }
}
