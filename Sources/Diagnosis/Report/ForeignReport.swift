import GoRuntime

/// What `belay inspect --foreign` says: the maps that hold addresses of C's memory, and what these lead to.
public struct ForeignReport: Codable, Sendable {
  /// An address in a map.
  public struct Address: Codable, Sendable {
    /// The address.
    public let value: String
    /// `key` or `element`.
    public let stands: String
    /// What it leads to.
    public let target: String
    /// More of that: the block's size, the list it is on, the file.
    public let detail: String
  }

  /// A map with such addresses.
  public struct Row: Codable, Sendable {
    /// Where its header stands.
    public let map: String
    /// Its type.
    public let type: String
    /// Whether it is in use.
    public let state: String
    /// The path that keeps it alive.
    public let path: String
    /// How many addresses lead to each kind of target.
    public let counts: [String: Int]
    /// How many lead to freed or unmapped memory.
    public let faults: Int
    /// All addresses that lead to freed or unmapped memory, and some of the others.
    public let addresses: [Address]
  }

  /// The version of this form.
  public var version = 1
  /// The maps, those with most faults first.
  public var maps: [Row]
  /// How many addresses lead to freed or unmapped memory, in maps that are not garbage.
  public var faults: Int
  /// What could not be told.
  public var limitations: [String]

  /// Looks at all maps of a program.
  public init(_ go: GoInspection) {
    let pointers = ForeignPointers(go)
    faults = pointers.faults
    limitations = pointers.limitations + go.limitations
    maps = pointers.maps.map { findings in
      Row(
        map: "0x" + String(findings.map.address, radix: 16), type: go.typeName(of: findings.map),
        state: findings.map.reachability.text, path: go.path(to: findings.map)?.text ?? "",
        counts: findings.counts, faults: findings.faults,
        addresses: findings.examples.map { finding in
          Address(
            value: "0x" + String(finding.value, radix: 16), stands: finding.isKey ? "key" : "element",
            target: finding.target.kind, detail: finding.target.detail)
        })
    }
  }

  /// The report for a terminal.
  public func text(limit: Int) -> String {
    var lines: [String] = []
    for row in maps {
      let counts = row.counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.value) \($0.key)" }
      lines.append("\(row.type) at \(row.map): \(counts.joined(separator: ", "))")
      lines.append("  kept alive by \(row.path.isEmpty ? "nothing that was found (\(row.state))" : row.path)")
      let faulty = row.addresses.filter {
        [ForeignTarget.unmapped.kind, ForeignTarget.freed(size: 0, list: "").kind].contains($0.target)
      }
      for address in faulty.prefix(limit) {
        lines.append(
          "  \(address.stands) \(address.value): \(address.target)\(address.detail.isEmpty ? "" : ", \(address.detail)")"
        )
      }
      if faulty.count > limit { lines.append("  … \(faulty.count - limit) more: --limit shows them") }
      lines.append("")
    }
    lines.append(
      maps.isEmpty
        ? "no map holds an address outside of Go's memory"
        : "\(maps.count) maps hold addresses outside of Go's memory; \(faults) of these lead to freed or unmapped memory"
    )
    lines += limitations.map { "note: \($0)" }
    return lines.joined(separator: "\n") + "\n"
  }
}

extension ForeignTarget {
  /// More than the kind: the block's size, the list it is on, the file.
  public var detail: String {
    switch self {
    case .block(let size): "\(size) bytes"
    case .freed(let size, let list): "\(size) bytes, \(list.hasPrefix("the") ? "" : "in a ")\(list)"
    case .file(let path): path
    default: ""
    }
  }
}
