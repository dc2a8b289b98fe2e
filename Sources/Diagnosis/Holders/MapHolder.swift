/// A map that holds addresses of blocks that were asked about.
public struct MapHolder: Sendable, Equatable, Codable {
  /// Where in its entries the addresses stand.
  public enum Role: String, Sendable, Codable {
    case keys, values, both
  }

  /// The map's type, as its language writes it.
  public let type: String
  /// Where its header stands.
  public let address: UInt64
  /// What keeps it alive, from a variable on; nil where that is not known.
  public let path: String?
  /// How many entries it has.
  public let count: Int
  /// How many of them hold an address of one of the blocks.
  public let entries: Int
  /// Where in the entries the addresses stand.
  public let role: Role
  /// The key of the first such entry, as text; nil where it cannot be shown.
  public let key: String?
  /// The blocks that it holds, by their place in the question, and in how many entries.
  public var blocks: [Int: Int] = [:]

  // The places in the question mean nothing to who reads the report.
  private enum CodingKeys: String, CodingKey { case type, address, path, count, entries, role, key }

  /// The holder as one line.
  public var text: String {
    let noun = count == 1 ? "entry" : "entries"
    let place =
      switch role {
      case .keys: "as \(entries == 1 ? "its key" : "their keys")"
      case .values: "as \(entries == 1 ? "its value" : "their values")"
      case .both: "as keys and as values"
      }
    let first = key.map { role == .values ? "; \(entries == 1 ? "its" : "the first's") key is \($0)" : "" } ?? ""
    return "\(path ?? "\(type) at 0x\(String(address, radix: 16))"): \(entries) of \(count) \(noun), \(place)\(first)"
  }
}
