/// The identity of findings across runs: rule, file, enclosing symbol and the text of the line, with a number for those that share all of these. Neither line
/// numbers nor the configuration take part, so that a baseline stays valid when code moves or rules are switched on and off.
public enum Fingerprint {
  /// Gives each finding its fingerprint. Findings of equal content are numbered in the order of their places.
  public static func assign(to findings: inout [Finding], sources: any SourceProvider) {
    var occurrences: [String: Int] = [:]
    for index in findings.indices.sorted(by: { findings[$0].place < findings[$1].place }) {
      let finding = findings[index]
      let line = sources.line(finding.place.line, of: finding.place.file) ?? ""
      let text = line.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      let key = hash([finding.rule, finding.place.file, finding.symbol, text])
      let occurrence = occurrences[key, default: 0] + 1
      occurrences[key] = occurrence
      findings[index].fingerprint = "\(key):\(occurrence)"
    }
  }

  /// A name for a list of texts, for files that are kept between runs.
  public static func text(of parts: [String]) -> String { hash(parts) }

  /// FNV-1a with 64 bits over the parts, each closed by a zero byte; the same on every machine.
  static func hash(_ parts: [String]) -> String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for part in parts {
      for byte in part.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
      hash = hash &* 0x100_0000_01b3
    }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
