import ProcessImage

/// The functions of a module: names and frame sizes, from the tables that Go keeps in each program.
final class FunctionTable {
  private let image: ProcessImage
  private let text: UInt64
  private let table: (start: UInt64, count: UInt64)
  private let records: UInt64
  private let names: UInt64
  private let values: UInt64
  private let nameOffset: UInt64
  private let frameOffset: UInt64
  private var nameCache: [UInt64: String] = [:]
  private let quantum: UInt64

  init(
    _ image: ProcessImage, text: UInt64, table: (UInt64, UInt64), records: UInt64, names: UInt64, values: UInt64,
    nameOffset: UInt64, frameOffset: UInt64
  ) {
    self.image = image
    self.text = text
    self.table = table
    self.records = records
    self.names = names
    self.values = values
    self.nameOffset = nameOffset
    self.frameOffset = frameOffset
    quantum = image.executable.machine == .x86 ? 1 : 4
  }

  /// The record of the function that holds a program counter.
  func record(at counter: UInt64) -> UInt64? {
    guard counter >= text, counter - text < 1 << 32, table.count > 1, table.count < 1 << 28 else { return nil }
    let offset = UInt32(counter - text)
    // The last entry only marks the end of the code.
    var low: UInt64 = 0
    var high = table.count - 1
    while low < high {
      let middle = (low + high) / 2
      guard let start: UInt32 = image.constant(table.start &+ middle * 8) else { return nil }
      if start <= offset { low = middle + 1 } else { high = middle }
    }
    guard low > 0, let end: UInt32 = image.constant(table.start &+ low * 8), offset < end,
      let place: UInt32 = image.constant(table.start &+ (low - 1) * 8 &+ 4)
    else { return nil }
    return records &+ UInt64(place)
  }

  /// The name of the function whose record is given.
  func name(record: UInt64) -> String {
    if let known = nameCache[record] { return known }
    let offset: Int32 = image.constant(record &+ nameOffset) ?? 0
    let name = image.cString(names &+ UInt64(bitPattern: Int64(offset))) ?? "?"
    nameCache[record] = name
    return name
  }

  /// By how much the stack pointer stands below its value at the function's start.
  func frameSize(record: UInt64, at counter: UInt64) -> UInt64? {
    guard let entry: UInt32 = image.constant(record), let start: UInt32 = image.constant(record &+ frameOffset),
      start != 0
    else { return nil }
    var position = values &+ UInt64(start)
    var address = text &+ UInt64(entry)
    var value: Int32 = -1
    var isFirst = true
    func number() -> UInt32 {
      var result: UInt32 = 0
      var shift: UInt32 = 0
      while shift < 35 {
        let byte: UInt8 = image.constant(position) ?? 0
        position &+= 1
        if shift < 32 { result |= UInt32(byte & 0x7f) << shift }
        if byte & 0x80 == 0 { break }
        shift += 7
      }
      return result
    }
    // A function has fewer steps than bytes of code; the bound ends a damaged table.
    for _ in 0..<100_000 {
      let step = number()
      if step == 0, !isFirst { return nil }
      isFirst = false
      value &+= Int32(bitPattern: (0 &- (step & 1)) ^ (step >> 1))
      address &+= UInt64(number()) &* quantum
      if counter < address { return value >= 0 ? UInt64(value) : nil }
    }
    return nil
  }
}

extension ProcessImage {
  /// A number in memory that the program cannot write: taken from its file, where that is quicker than from the process.
  func constant<T: FixedWidthInteger>(_ address: UInt64) -> T? {
    if let bytes = executable.bytes(at: address &- loadBias), bytes.count >= MemoryLayout<T>.size {
      return T(littleEndian: bytes.loadUnaligned(as: T.self))
    }
    return value(address)
  }
}
