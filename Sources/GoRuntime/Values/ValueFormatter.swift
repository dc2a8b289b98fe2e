import Foundation

/// Writes values as Go would, from their types. What lies deep or is long is cut.
struct ValueFormatter {
  let types: TypeTable
  let heap: Heap

  private static let textLimit: UInt64 = 64
  private static let listLimit: UInt64 = 4

  /// The value at an address.
  func text(_ id: TypeID, at address: UInt64, depth: Int = 0) -> String {
    let type = types[id]
    guard depth < 4 else { return "…" }
    guard type.size <= 1 << 20, let bytes = heap.read(address, Int(type.size)) else { return "(unreadable)" }
    func word(_ offset: Int = 0) -> UInt64 {
      offset + 8 <= bytes.count
        ? bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: UInt64.self) } : 0
    }
    var number: UInt64 = 0
    for (index, byte) in bytes.prefix(8).enumerated() { number |= UInt64(byte) << UInt64(index * 8) }
    switch type.kind {
    case .bool: return number & 0xff != 0 ? "true" : "false"
    case .int8, .int16, .int32, .int64, .int:
      let shift = UInt64(64 - 8 * min(8, max(1, bytes.count)))
      return "\(Int64(bitPattern: number << shift) >> Int64(shift))"
    case .uint8, .uint16, .uint32, .uint64, .uint: return "\(number)"
    case .uintptr: return hex(number)
    case .float32: return "\(Float(bitPattern: UInt32(truncatingIfNeeded: number)))"
    case .float64: return "\(Double(bitPattern: number))"
    case .complex64:
      return "(\(Float(bitPattern: UInt32(truncatingIfNeeded: number)))+\(Float(bitPattern: UInt32(number >> 32)))i)"
    case .complex128: return "(\(Double(bitPattern: word()))+\(Double(bitPattern: word(8)))i)"
    case .string: return string(word(), word(8))
    case .pointer, .unsafePointer, .chan, .function:
      return number == 0 ? "nil" : "\(hex(number))"
    case .map: return number == 0 ? "nil" : "map at \(hex(number))"
    case .slice:
      let count = word(8)
      if word() == 0 { return "nil" }
      return "[" + list(type.element, word(), count, depth) + "]"
    case .array: return "[" + list(type.element, address, type.length, depth) + "]"
    case .structure:
      let fields = type.fields.prefix(8).map {
        "\($0.name): \(text($0.type, at: address &+ $0.offset, depth: depth + 1))"
      }
      return "{" + fields.joined(separator: ", ") + (type.fields.count > 8 ? ", …}" : "}")
    case .interface: return interface(word(), word(8), type.isEmptyInterface, depth)
    default: return bytes.prefix(16).map { String(format: "%02x", $0) }.joined(separator: " ")
    }
  }

  private func hex(_ value: UInt64) -> String { "0x" + String(value, radix: 16) }

  private func list(_ element: TypeID, _ start: UInt64, _ count: UInt64, _ depth: Int) -> String {
    let size = types[element].size
    let shown = (0..<min(count, ValueFormatter.listLimit)).map {
      text(element, at: start &+ $0 &* size, depth: depth + 1)
    }
    return shown.joined(separator: ", ") + (count > ValueFormatter.listLimit ? ", … \(count) in all" : "")
  }

  /// A text in quotation marks. What could disturb a terminal is escaped.
  private func string(_ start: UInt64, _ count: UInt64) -> String {
    guard count > 0 else { return "\"\"" }
    guard let bytes = heap.read(start, Int(min(count, ValueFormatter.textLimit))) else { return "(unreadable)" }
    var text = "\""
    for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
      switch scalar {
      case "\"", "\\": text += "\\\(scalar)"
      case "\n": text += "\\n"
      case "\t": text += "\\t"
      default:
        if scalar.properties.isDefaultIgnorableCodePoint || scalar.properties.generalCategory == .control {
          text += "\\u{\(String(scalar.value, radix: 16))}"
        } else {
          text.unicodeScalars.append(scalar)
        }
      }
    }
    return text + "\"" + (count > ValueFormatter.textLimit ? "… \(count) bytes" : "")
  }

  private func interface(_ table: UInt64, _ data: UInt64, _ isEmpty: Bool, _ depth: Int) -> String {
    guard table != 0 else { return "nil" }
    let record = isEmpty ? table : heap.pointer(table &+ types.records.interfaceTableType) ?? 0
    let id = types.type(record: record)
    guard id.isKnown else { return "(?) \(hex(data))" }
    let type = types[id]
    switch type.kind {
    case .pointer, .map, .chan, .function, .unsafePointer: return "(\(type.name)) \(hex(data))"
    default: return "(\(type.name)) \(text(id, at: data, depth: depth + 1))"
    }
  }
}
