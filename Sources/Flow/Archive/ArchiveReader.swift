/// Reads what an `ArchiveWriter` wrote. Bytes that no writer wrote never crash it: it gives anything then, and `isBroken` says so.
public struct ArchiveReader {
  private let bytes: [UInt8]
  private let symbols: SymbolTable
  private let files: [Int32]
  private let start: Int
  private let end: Int
  private var offset: Int
  private var lastStart = 0
  private var knownSymbols: [Symbol] = [.empty]
  private var knownTypes: [ValueType] = []
  /// Whether something did not fit: what was read must not be used.
  public private(set) var isBroken = false

  /// A reader that interns names in a table, and gives ranges the file numbers of this run.
  ///
  /// - Parameter part: where what is read lies, when that is not all of the bytes.
  public init(_ bytes: [UInt8], part: Range<Int>? = nil, symbols: SymbolTable, files: [Int32]) {
    self.bytes = bytes
    self.symbols = symbols
    self.files = files
    let part = (part ?? bytes.indices).clamped(to: bytes.indices)
    start = part.lowerBound
    offset = start
    end = part.upperBound
  }

  /// Whether everything was read, and nothing was missing.
  public var isComplete: Bool { !isBroken && offset == end }

  mutating func fail() { isBroken = true }

  /// How many bytes were read.
  var offsetInPart: Int { offset - start }

  private mutating func byte() -> UInt8 {
    guard offset < end else {
      isBroken = true
      return 0
    }
    defer { offset += 1 }
    return bytes[offset]
  }

  /// Reads a number.
  public mutating func number() -> Int {
    // Most numbers take one byte.
    if offset < end, bytes[offset] < 0x80 {
      let only = UInt64(bytes[offset])
      offset += 1
      return Int(Int64(bitPattern: only >> 1) ^ -Int64(bitPattern: only & 1))
    }
    var result: UInt64 = 0
    var shift: UInt64 = 0
    while true {
      let next = byte()
      if shift < 64 { result |= UInt64(next & 0x7F) << shift }
      if next < 0x80 { break }
      shift += 7
    }
    return Int(Int64(bitPattern: result >> 1) ^ -Int64(bitPattern: result & 1))
  }

  /// Reads a number of 32 bits.
  public mutating func int32() -> Int32 { Int32(truncatingIfNeeded: number()) }

  /// Reads a digest.
  mutating func word() -> UInt64 {
    var result: UInt64 = 0
    for shift in stride(from: 0, to: 64, by: 8) { result |= UInt64(byte()) << UInt64(shift) }
    return result
  }

  /// Reads a truth value.
  public mutating func flag() -> Bool { byte() != 0 }

  /// Reads a text.
  public mutating func text() -> String {
    let count = number()
    guard count >= 0, count <= end - offset else {
      isBroken = true
      return ""
    }
    defer { offset += count }
    return String(decoding: bytes[offset..<(offset + count)], as: UTF8.self)
  }

  /// Reads a symbol.
  public mutating func symbol() -> Symbol {
    let number = number()
    if number == knownSymbols.count {
      knownSymbols.append(name())
    } else if number < 0 || number > knownSymbols.count {
      isBroken = true
      return .empty
    }
    return knownSymbols[number]
  }

  /// Reads a text that is a name.
  private mutating func name() -> Symbol {
    let count = number()
    guard count >= 0, count <= end - offset else {
      isBroken = true
      return .empty
    }
    defer { offset += count }
    return bytes.withUnsafeBytes { symbols.intern(UnsafeRawBufferPointer(rebasing: $0[offset..<(offset + count)])) }
  }

  /// Reads a list.
  public mutating func list<Element>(_ each: (inout ArchiveReader) -> Element) -> [Element] {
    let count = number()
    // An element takes a byte at least.
    guard count >= 0, count <= end - offset else {
      isBroken = true
      return []
    }
    var result: [Element] = []
    result.reserveCapacity(count)
    for _ in 0..<count where !isBroken { result.append(each(&self)) }
    return result
  }

  mutating func range() -> SourceRange {
    let file = number()
    if file < 0 { return .none }
    guard file < files.count else {
      isBroken = true
      return .none
    }
    let start = lastStart &+ number()
    lastStart = start
    let length = number()
    return SourceRange(
      file: files[file], start: UInt32(truncatingIfNeeded: start), end: UInt32(truncatingIfNeeded: start &+ length))
  }

  mutating func type() -> ValueType {
    let number = number()
    if number == knownTypes.count {
      guard let kind = ValueType.Class(rawValue: UInt8(truncatingIfNeeded: self.number())) else {
        isBroken = true
        return .unknown
      }
      var type = ValueType(
        kind, name: symbol(), cType: symbol(), holdsCPointer: flag(), holdsIntegerAddress: flag(), mapType: int32(),
        pointsToMap: flag())
      if let part = ValueType.UnhashablePart(rawValue: UInt8(truncatingIfNeeded: self.number())) {
        type.unhashable = part
      } else {
        isBroken = true
      }
      knownTypes.append(type)
    } else if number < 0 || number > knownTypes.count {
      isBroken = true
      return .unknown
    }
    return knownTypes[number]
  }

  mutating func variable() -> VariableID { VariableID(rawValue: int32()) }
  mutating func path() -> PathID { PathID(rawValue: int32()) }
  mutating func variables() -> [VariableID] { list { $0.variable() } }
  mutating func optionalVariable() -> VariableID? {
    let number = int32()
    return number < 0 ? nil : VariableID(rawValue: number)
  }
}
