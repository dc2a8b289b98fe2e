import Executables

extension ElfFile {
  /// A variable as the symbol table has it: a name and a place, without a type.
  public struct Symbol: Sendable {
    /// The name with its package.
    public let name: String
    /// The address, without the load bias.
    public let address: UInt64
    /// How many bytes it has.
    public let size: UInt64
  }

  /// The variables of the symbol table, in the order of their addresses; none if the file was stripped of it.
  public var variables: [Symbol] {
    guard let table = sections.first(where: { $0.type == 2 }), sections.indices.contains(Int(table.link)),
      let symbols = table.bytes(in: block.bytes), let names = sections[Int(table.link)].bytes(in: block.bytes)
    else { return [] }
    var found: [Symbol] = []
    var cursor = ByteCursor(symbols)
    for _ in 0..<(symbols.count / 24) {
      let name = cursor.u32()
      let kind = cursor.u8() & 15
      cursor.skip(3)
      let address = cursor.u64()
      let size = cursor.u64()
      // 1 is a variable.
      guard kind == 1, address != 0 else { continue }
      var text = ByteCursor(names, at: Int(name))
      found.append(
        Symbol(name: String(decoding: text.cString(limit: 1024), as: UTF8.self), address: address, size: size))
    }
    return found.sorted { $0.address < $1.address }
  }
}
