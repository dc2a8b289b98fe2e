/// Writes units of the intermediate form as bytes, for caches: numbers take as many bytes as they need, names and types are written out once.
///
/// What it writes, an `ArchiveReader` of the same build reads; nothing else is promised of the form.
public struct ArchiveWriter {
  private let symbols: SymbolTable
  /// The file numbers of this run by those in the archive, which do not change when other files come and go.
  private let files: [Int32: Int32]
  private var symbolNumbers: [Symbol: Int32] = [.empty: 0]
  private var typeNumbers: [ValueType: Int32] = [:]
  private var lastStart = 0
  private let buffer = Buffer()

  /// What was written so far. Complexity: O(length).
  public var bytes: [UInt8] { Array(buffer.written) }

  /// The bytes: with room for a number made ahead, each of its bytes is one store. A writer is not copied, so nobody shares its buffer.
  private final class Buffer {
    @exclusivity(unchecked) private var memory = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 1 << 12)
    @exclusivity(unchecked) private var count = 0

    deinit { memory.deallocate() }

    var written: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(rebasing: memory[..<count]) }

    /// Makes room for some more bytes.
    @inline(__always)
    private func reserve(_ more: Int) { if count + more > memory.count { grow(more) } }

    private func grow(_ more: Int) {
      let larger = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: max(2 * memory.count, count + more))
      _ = larger.update(fromContentsOf: memory[..<count])
      memory.deallocate()
      memory = larger
    }

    @inline(__always)
    func append(_ byte: UInt8) {
      reserve(1)
      memory[count] = byte
      count += 1
    }

    /// Appends the form of seven bits a byte.
    @inline(__always)
    func append(packed number: UInt64) {
      reserve(10)
      var rest = number
      while rest >= 0x80 {
        memory[count] = UInt8(truncatingIfNeeded: rest) | 0x80
        count += 1
        rest >>= 7
      }
      memory[count] = UInt8(truncatingIfNeeded: rest)
      count += 1
    }

    func append(_ text: String) {
      var text = text
      text.withUTF8 { bytes in
        reserve(bytes.count)
        for byte in bytes {
          memory[count] = byte
          count += 1
        }
      }
    }
  }

  /// A writer of what names only symbols of a table and ranges of some files.
  public init(symbols: SymbolTable, files: [Int32]) {
    self.symbols = symbols
    var numbers: [Int32: Int32] = [:]
    for (number, file) in files.enumerated() { numbers[file] = Int32(number) }
    self.files = numbers
  }

  /// Writes a number, one that is near zero in one byte.
  public mutating func write(_ number: Int) {
    buffer.append(packed: UInt64(bitPattern: Int64(number << 1) ^ Int64(number >> 63)))
  }

  /// Writes a number.
  public mutating func write(_ number: Int32) { write(Int(number)) }

  /// Writes a digest.
  mutating func write(word: UInt64) {
    for shift in stride(from: 0, to: 64, by: 8) { buffer.append(UInt8(truncatingIfNeeded: word >> UInt64(shift))) }
  }

  /// Writes a truth value.
  public mutating func write(_ flag: Bool) { buffer.append(flag ? 1 : 0) }

  /// Writes a text.
  public mutating func write(_ text: String) {
    write(text.utf8.count)
    buffer.append(text)
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
    // What stands side by side in the source is mostly written one after the other.
    write(Int(range.start) - lastStart)
    lastStart = Int(range.start)
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
