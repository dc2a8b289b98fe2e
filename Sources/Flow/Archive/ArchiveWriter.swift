/// Writes units of the intermediate form as bytes, for caches: numbers take as many bytes as they need, names and types are written out once.
///
/// What it writes, an `ArchiveReader` of the same build reads; nothing else is promised of the form.
public struct ArchiveWriter {
  private let symbols: SymbolTable
  /// The file numbers of this run by those in the archive, which do not change when other files come and go.
  private let files: [Int32: Int32]
  private var symbolNumbers: [Symbol: Int32] = [.empty: 0]
  private var typeNumbers: [ValueType: Int32] = [:]
  /// What was written so far.
  public private(set) var bytes: [UInt8] = []

  /// A writer of what names only symbols of a table and ranges of some files.
  public init(symbols: SymbolTable, files: [Int32]) {
    self.symbols = symbols
    var numbers: [Int32: Int32] = [:]
    for (number, file) in files.enumerated() { numbers[file] = Int32(number) }
    self.files = numbers
  }

  /// Writes a number, one that is near zero in one byte.
  public mutating func write(_ number: Int) {
    var rest = UInt64(bitPattern: Int64(number << 1) ^ Int64(number >> 63))
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  /// Writes a number.
  public mutating func write(_ number: Int32) { write(Int(number)) }

  /// Writes a digest.
  mutating func write(word: UInt64) {
    for shift in stride(from: 0, to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(shift))) }
  }

  /// Writes a truth value.
  public mutating func write(_ flag: Bool) { bytes.append(flag ? 1 : 0) }

  /// Writes a text.
  public mutating func write(_ text: String) {
    write(text.utf8.count)
    bytes.append(contentsOf: text.utf8)
  }

  /// Writes a symbol; its name only the first time.
  public mutating func write(_ symbol: Symbol) {
    if let known = symbolNumbers[symbol] { return write(known) }
    write(symbolNumbers.count)
    symbolNumbers[symbol] = Int32(symbolNumbers.count)
    write(symbols.name(symbol))
  }

  /// Writes a list.
  public mutating func write<Element>(_ list: [Element], _ each: (inout ArchiveWriter, Element) -> Void) {
    write(list.count)
    for element in list { each(&self, element) }
  }

  mutating func write(_ range: SourceRange) {
    guard let file = files[range.file] else { return write(-1) }
    write(file)
    write(Int(range.start))
    write(Int(range.end) - Int(range.start))
  }

  mutating func write(_ type: ValueType) {
    if let known = typeNumbers[type] { return write(known) }
    write(typeNumbers.count)
    typeNumbers[type] = Int32(typeNumbers.count)
    write(Int(type.class.rawValue))
    write(type.name)
    write(type.cType)
    write(type.holdsCPointer)
    write(type.holdsIntegerAddress)
    write(type.mapType)
    write(type.pointsToMap)
    write(Int(type.unhashable.rawValue))
  }

  mutating func write(_ variable: VariableID) { write(variable.rawValue) }
  mutating func write(_ path: PathID) { write(path.rawValue) }
  mutating func write(_ variables: [VariableID]) { write(variables) { $0.write($1) } }
  mutating func write(_ variable: VariableID?) { write(variable?.rawValue ?? -1) }
}
