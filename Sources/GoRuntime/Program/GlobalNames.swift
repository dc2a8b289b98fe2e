import ProcessImage

/// The names of a program's global variables: from its debugging information, else from its symbols. A program that was stripped of both has none.
struct GlobalNames {
  /// A variable.
  struct Name {
    let text: String
    let range: Range<UInt64>
  }

  private let names: [Name]
  private let sections: [(name: String, range: Range<UInt64>)]

  init(_ image: ProcessImage, _ types: TypeTable) {
    func range(_ address: UInt64, _ size: UInt64) -> Range<UInt64> {
      let start = address &+ image.loadBias
      let (end, overflow) = start.addingReportingOverflow(max(1, size))
      return start..<(overflow ? .max : end)
    }
    let variables = types.info.variables
    names =
      variables.isEmpty
      ? image.executable.variables.map { Name(text: $0.name, range: range($0.address, $0.size)) }
      : variables.map { variable in
        Name(text: variable.name, range: range(variable.address, types[types.type(entry: variable.type)].size))
      }.sorted { $0.range.lowerBound < $1.range.lowerBound }
    sections = image.executable.sections.filter { $0.address != 0 }.map { ($0.name, range($0.address, $0.size)) }
  }

  /// What a stripped program does not tell.
  var limitation: String {
    "the program has no debugging information: "
      + (names.isEmpty
        ? "global variables have addresses and no names, " : "global variables have names and no types, ")
      + "empty maps are not found, and the types of maps are known only where the heap itself tells"
  }

  /// The name of the variable that holds an address, or where the address stands.
  func text(of place: UInt64) -> String {
    var low = 0
    var high = names.count
    while low < high {
      let middle = (low + high) / 2
      if names[middle].range.lowerBound <= place { low = middle + 1 } else { high = middle }
    }
    if low > 0, names[low - 1].range.contains(place) { return names[low - 1].text }
    let section = sections.first { $0.range.contains(place) }.map { " in \($0.name)" } ?? ""
    return "global data at 0x\(String(place, radix: 16))\(section)"
  }

  /// The place of the variable of a name.
  func place(of name: String) -> UInt64? { names.first { $0.text == name }?.range.lowerBound }

  /// Names that end like one that was not found.
  func suggestions(for name: String) -> [String] {
    Array(names.lazy.map(\.text).filter { $0.hasSuffix("." + name) }.prefix(3))
  }
}
