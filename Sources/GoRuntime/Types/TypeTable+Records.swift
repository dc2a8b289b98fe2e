import ProcessImage

/// Types from the records that Go uses at run time.
extension TypeTable {
  /// Whether what stands at an address can be a record: it is where the program keeps records, or it looks like one that was made at run time.
  func isRecord(_ address: UInt64) -> Bool {
    if recordRanges.contains(where: { $0.contains(address) }) { return true }
    guard address % 8 == 0, let bytes = image.bytes(address, Int(records.end)) else { return false }
    let kind = bytes[Int(records.kind)] & 31
    return (1...26).contains(kind) && recordName(address, bytes) != nil
  }

  /// The text of a record: its offset counts from the start of the records of its module.
  private func recordName(_ address: UInt64, _ bytes: [UInt8]) -> String? {
    let raw = bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: Int(records.text), as: Int32.self) }
    guard let range = recordRanges.first(where: { $0.contains(address) }) ?? recordRanges.first, raw > 0 else {
      return nil
    }
    guard let name = recordText(range.lowerBound &+ UInt64(raw)) else { return nil }
    // One text serves a type and the pointer to it; a flag says that the star does not belong to this one.
    return bytes[Int(records.flags)] & 2 != 0 && name.hasPrefix("*") ? String(name.dropFirst()) : name
  }

  /// A text of Go's records: a byte of flags, the length as a variable-length number, the bytes.
  private func recordText(_ address: UInt64) -> String? {
    guard let head = image.bytes(address, 3) else { return nil }
    var length = Int(head[1] & 0x7f)
    var start: UInt64 = 2
    if head[1] & 0x80 != 0 {
      length |= Int(head[2] & 0x7f) << 7
      start = 3
      if head[2] & 0x80 != 0 { return nil }
    }
    return image.bytes(address &+ start, length).map { String(decoding: $0, as: UTF8.self) }
  }

  func readRecord(_ address: UInt64) -> GoType {
    let layout = records
    guard let bytes = image.bytes(address, Int(layout.end)) else { return GoType(kind: .invalid, name: "?", size: 0) }
    let size = bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: Int(layout.size), as: UInt64.self) }
    var type = GoType(
      kind: GoKind(rawValue: bytes[Int(layout.kind)] & 31) ?? .invalid, name: recordName(address, bytes) ?? "?",
      size: size)
    func reference(_ offset: UInt64) -> TypeID {
      image.pointer(address &+ offset).map { self.type(record: $0) } ?? .none
    }
    switch type.kind {
    case .pointer, .slice, .chan: type.element = reference(layout.end)
    case .array:
      type.element = reference(layout.end)
      type.length = image.pointer(address &+ layout.arrayLength) ?? 0
    case .map:
      type.key = reference(layout.mapKey)
      type.element = reference(layout.mapElement)
      type.container = reference(layout.mapContainer)
    case .interface: type.isEmptyInterface = image.pointer(address &+ layout.interfaceMethods &+ 8) == 0
    case .structure: type.fields = recordFields(address)
    default: break
    }
    return type
  }

  private func recordFields(_ address: UInt64) -> [GoType.Field] {
    guard let start = image.pointer(address &+ records.structFields),
      let count = image.pointer(address &+ records.structFields &+ 8), count < 1 << 16,
      let bytes = image.bytes(start, Int(count * records.fieldSize))
    else { return [] }
    return (0..<Int(count)).map { index in
      func word(_ offset: UInt64) -> UInt64 {
        bytes.withUnsafeBytes {
          $0.loadUnaligned(fromByteOffset: index * Int(records.fieldSize) + Int(offset), as: UInt64.self)
        }
      }
      let offset = word(records.fieldOffset)
      return GoType.Field(
        name: recordText(word(0)) ?? "?", offset: records.isFieldOffsetShifted ? offset >> 1 : offset,
        type: type(record: word(records.fieldType)))
    }
  }
}
