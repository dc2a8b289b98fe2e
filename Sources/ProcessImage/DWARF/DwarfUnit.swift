/// A unit of the debugging information: what one run of a compiler wrote.
final class DwarfUnit {
  /// Where the unit's header starts.
  let offset: Int
  /// Where its first entry starts.
  let entries: Int
  /// Where it ends.
  let end: Int
  let version: UInt16
  let addressSize: Int
  /// 8 in the 64-bit form of DWARF, else 4.
  let offsetSize: Int
  let abbreviations: DwarfAbbreviations
  var isGo = false
  var addressBase: UInt64
  var stringOffsetsBase: UInt64

  init(
    offset: Int, entries: Int, end: Int, version: UInt16, addressSize: Int, offsetSize: Int,
    abbreviations: DwarfAbbreviations
  ) {
    self.offset = offset
    self.entries = entries
    self.end = end
    self.version = version
    self.addressSize = addressSize
    self.offsetSize = offsetSize
    self.abbreviations = abbreviations
    // What DWARF 5 means where a unit says nothing: the first table of the section.
    addressBase = offsetSize == 8 ? 16 : 8
    stringOffsetsBase = offsetSize == 8 ? 16 : 8
  }
}
