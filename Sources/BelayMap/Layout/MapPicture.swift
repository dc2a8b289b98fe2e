import CBucketRow

/// The buckets of a map as they are drawn: one mark for each slot.
struct MapPicture {
  /// A bucket with its overflow buckets.
  struct Chain {
    let name: String
    /// For each bucket of the chain the bytes of its slots.
    let rows: [[UInt8]]
  }

  let title: String
  let chains: [Chain]
  let leftOut: Int

  /// The sign of a byte in text.
  static func sign(_ tag: UInt8) -> Character {
    switch tag {
    case Tag.emptyRest: "."
    case Tag.emptyOne: "o"
    case Tag.evacuatedLow: "<"
    case Tag.evacuatedHigh: ">"
    case Tag.evacuatedEmpty: "-"
    default: "#"
    }
  }

  /// The colour of a byte, and the word for it.
  static func colour(_ tag: UInt8) -> (fill: String, name: String) {
    switch tag {
    case Tag.emptyRest: ("#f4f4f4", "empty to the end")
    case Tag.emptyOne: ("#d8d8d8", "empty")
    case Tag.evacuatedLow: ("#f2c879", "moved to the low half")
    case Tag.evacuatedHigh: ("#e08e45", "moved to the high half")
    case Tag.evacuatedEmpty: ("#f7e6c4", "evacuated, was empty")
    default: ("#3b6ea5", "entry")
    }
  }

  var text: String {
    var lines = [title]
    for chain in chains {
      lines.append(chain.name + " " + chain.rows.map { String($0.map(Self.sign)) }.joined(separator: " -> "))
    }
    if leftOut > 0 { lines.append("and \(leftOut) more") }
    lines.append("# entry  o empty  . empty to the end  < moved low  > moved high  - evacuated, was empty")
    return lines.joined(separator: "\n") + "\n"
  }

  var svg: String {
    let cell = 14
    let left = 90
    let widest = chains.map(\.rows.count).max() ?? 1
    let width = max(560, left + widest * (15 * cell + 24) + 10)
    let height = 70 + chains.count * (cell + 4) + 20
    var parts = [
      #"<svg xmlns="http://www.w3.org/2000/svg" width="\#(width)" height="\#(height)" font-family="sans-serif" font-size="11">"#,
      #"<text x="8" y="18" font-size="13">\#(Self.escaped(title))</text>"#,
    ]
    for (index, tag) in [Tag.least, Tag.emptyOne, Tag.emptyRest, Tag.evacuatedLow, Tag.evacuatedHigh].enumerated() {
      let x = 8 + index * 130
      let (fill, name) = Self.colour(tag)
      parts.append(##"<rect x="\##(x)" y="28" width="10" height="10" fill="\##(fill)" stroke="#999"/>"##)
      parts.append(#"<text x="\#(x + 14)" y="37">\#(name)</text>"#)
    }
    for (line, chain) in chains.enumerated() {
      let y = 56 + line * (cell + 4)
      parts.append(#"<text x="8" y="\#(y + 11)">\#(chain.name)</text>"#)
      for (number, row) in chain.rows.enumerated() {
        let start = left + number * (15 * cell + 24)
        if number > 0 { parts.append(#"<text x="\#(start - 18)" y="\#(y + 11)">→</text>"#) }
        for (lane, tag) in row.enumerated() {
          let (fill, name) = Self.colour(tag)
          let box =
            ##"<rect x="\##(start + lane * cell)" y="\##(y)" width="\##(cell - 2)" height="\##(cell - 2)" fill="\##(fill)" stroke="#999">"##
          parts.append(box + "<title>slot \(lane): \(name), byte \(tag)</title></rect>")
        }
      }
    }
    if leftOut > 0 { parts.append(#"<text x="8" y="\#(height - 8)">and \#(leftOut) more</text>"#) }
    return parts.joined(separator: "\n") + "\n</svg>\n"
  }

  static func escaped(_ text: String) -> String {
    var result = ""
    for character in text {
      switch character {
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "&": result += "&amp;"
      default: result.append(character)
      }
    }
    return result
  }
}

extension BucketMap where Value: ~Copyable {
  /// The buckets as text: one line for each chain, one sign for each slot.
  ///
  /// - Parameter limit: How many chains are shown at most.
  /// - Complexity: Linear in the number of chains shown.
  public func picture(limit: Int = 64) -> String { pictured(limit: limit).text }

  /// The buckets as an SVG image that needs nothing else.
  ///
  /// - Parameter limit: How many chains are shown at most.
  /// - Complexity: Linear in the number of chains shown.
  public func svg(limit: Int = 64) -> String { pictured(limit: limit).svg }

  private func pictured(limit: Int) -> MapPicture {
    let state = header.pointee
    var chains: [MapPicture.Chain] = []
    var total = 0
    func show(_ array: BucketArray, from start: Int, _ prefix: String) {
      total += array.count - start
      for index in start..<array.count where chains.count < limit {
        var rows: [[UInt8]] = []
        var bucket = Bucket<Key, Value>(index, of: array)
        while true {
          rows.append((0..<(rows.isEmpty ? Layout.slotsPerBucket : Layout.overflowSlots)).map { bucket[$0] })
          guard let next = bucket.next else { break }
          bucket = Bucket(overflow: next)
        }
        chains.append(MapPicture.Chain(name: "\(prefix)\(index)", rows: rows))
      }
    }
    // What lies below the mark may have gone back to the system.
    if state.old.block != nil { show(state.old, from: state.evacuated, "old ") }
    if state.buckets.block != nil { show(state.buckets, from: 0, "") }
    let growth =
      layout.growth == .none ? "" : ", \(layout.growth.rawValue): \(state.evacuated) of \(state.old.count) evacuated"
    let title =
      "BucketMap<\(Key.self), \(Value.self)>: \(state.count) entries, \(state.buckets.count) buckets, "
      + "\(state.overflowCount) overflow\(growth)"
    return MapPicture(title: title, chains: chains, leftOut: total - chains.count)
  }
}
