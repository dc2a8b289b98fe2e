import Executables

/// The abbreviations of one or more units: what each entry consists of.
final class DwarfAbbreviations {
  /// One attribute of an entry: what it says, and in which form.
  struct Attribute {
    let name: UInt16
    let form: UInt16
    /// The value itself, for the form that keeps it here.
    let constant: Int64
  }

  /// What an entry of one code consists of.
  struct Shape {
    let tag: UInt16
    let hasChildren: Bool
    let attributes: [Attribute]
  }

  private var dense: [Shape?] = []
  private var sparse: [UInt64: Shape] = [:]
  /// How many bytes the table has.
  let size: Int

  /// Reads the abbreviations that start at an offset. A table that is cut off ends there.
  init(_ bytes: UnsafeRawBufferPointer, at offset: Int) {
    var cursor = ByteCursor(bytes, at: offset)
    while !cursor.isAtEnd {
      let code = cursor.uleb()
      if code == 0 { break }
      let tag = UInt16(truncatingIfNeeded: cursor.uleb())
      let hasChildren = cursor.u8() != 0
      var attributes: [Attribute] = []
      while !cursor.isExhausted {
        let name = cursor.uleb()
        let form = cursor.uleb()
        let constant = form == UInt64(DwarfForm.implicitConst) ? cursor.sleb() : 0
        if name == 0, form == 0 { break }
        attributes.append(
          Attribute(name: UInt16(truncatingIfNeeded: name), form: UInt16(truncatingIfNeeded: form), constant: constant))
      }
      let shape = Shape(tag: tag, hasChildren: hasChildren, attributes: attributes)
      // Codes are counted up as a rule. A table of a few bytes must not take memory for thousands of codes that it leaves out.
      if code < UInt64(dense.count) {
        dense[Int(code)] = shape
      } else if code < UInt64(dense.count) + 8 {
        while dense.count < Int(code) { dense.append(nil) }
        dense.append(shape)
      } else {
        sparse[code] = shape
      }
    }
    size = cursor.offset - min(cursor.offset, max(0, offset))
  }

  /// The shape of a code.
  func shape(_ code: UInt64) -> Shape? {
    code < UInt64(dense.count) ? dense[Int(code)] ?? sparse[code] : sparse[code]
  }
}
