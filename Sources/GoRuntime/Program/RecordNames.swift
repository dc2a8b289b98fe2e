import ProcessImage

/// The names of structs in a copy of the memory where Go keeps its type records.
///
/// Records follow each other without a list of them that all releases have, so each place where one can start is tried. What is taken for a struct
/// has a name, a package's path and members that all stand in the same memory: other bytes do not look like that.
struct RecordNames {
  private let bytes: UnsafeRawBufferPointer
  private let start: UInt64
  private let layout = RecordLayout()

  init(_ bytes: UnsafeRawBufferPointer, start: UInt64) {
    self.bytes = bytes
    self.start = start
  }

  /// The records of the structs of the runtime's packages, by their names with the package's path.
  func runtimeStructs() -> [String: UInt64] {
    var found: [String: UInt64] = [:]
    // Records are aligned as addresses are, and so is where they start.
    var offset = Int(truncatingIfNeeded: (0 &- start) & 7)
    while offset + 80 <= bytes.count {
      if bytes[offset + Int(layout.kind)] & 31 == GoKind.structure.rawValue, let (name, path) = structure(at: offset) {
        found[path + name] = found[path + name] ?? start + UInt64(offset)
      }
      offset += 8
    }
    return found
  }

  /// The name of the struct at an offset without its package, and the package's path with a point behind it; nil for others than the runtime's.
  private func structure(at offset: Int) -> (name: String, path: String)? {
    let raw = bytes.loadUnaligned(fromByteOffset: offset + Int(layout.text), as: Int32.self)
    guard raw > 0, let name = text(at: Int(raw)), var first = name.first else { return nil }
    var text = name
    if bytes[offset + Int(layout.flags)] & 2 != 0 {
      guard first == UInt8(ascii: "*"), text.count > 1 else { return nil }
      text = UnsafeRawBufferPointer(rebasing: text.dropFirst())
      first = text[0]
    }
    // runtime, maps, abi: a quick look before the long one.
    guard first == UInt8(ascii: "r") || first == UInt8(ascii: "m") || first == UInt8(ascii: "a") else { return nil }
    let whole = String(decoding: text, as: UTF8.self)
    guard let point = whole.firstIndex(of: "."), let path = path(at: offset) else { return nil }
    let package = whole[..<point]
    guard ["runtime", "internal/runtime/maps", "internal/abi"].contains(path),
      path == package || path.hasSuffix("/" + package)
    else { return nil }
    return (String(whole[point...]), path)
  }

  /// The path of the package of a struct: it stands in the record if the struct has a member that is not exported, and behind the record if the
  /// type has methods.
  private func path(at offset: Int) -> String? {
    let place = bytes.loadUnaligned(fromByteOffset: offset + 48, as: UInt64.self)
    if place > start, place - start < UInt64(bytes.count) {
      return text(at: Int(place - start)).map { String(decoding: $0, as: UTF8.self) }
    }
    guard place == 0, bytes[offset + Int(layout.flags)] & 1 != 0, offset + 84 <= bytes.count else { return nil }
    let raw = bytes.loadUnaligned(fromByteOffset: offset + 80, as: Int32.self)
    return raw > 0 ? text(at: Int(raw)).map { String(decoding: $0, as: UTF8.self) } : nil
  }

  /// A text: a byte of flags, the length, the bytes.
  private func text(at offset: Int) -> UnsafeRawBufferPointer? {
    guard offset >= 0, offset + 2 <= bytes.count, bytes[offset] < 16 else { return nil }
    // The names that are looked for are short.
    let length = Int(bytes[offset + 1])
    guard length > 0, length < 128, offset + 2 + length <= bytes.count else { return nil }
    return UnsafeRawBufferPointer(rebasing: bytes[(offset + 2)..<(offset + 2 + length)])
  }
}
