import Executables

/// The debugging information of a Go program, as far as types and global variables go. DWARF 4 and 5, mixed if need be.
///
/// One pass over the Go units makes the index: types by name, types by Go's own type record, and global variables. Go writes all three at the
/// top level of a unit; what stands inside functions is passed over. A type's entry is read when it is asked for.
///
/// Two habits of Go's linker decide how globals and types are found. A global's place is a block with the one operation DW_OP_addr, in
/// DWARF 5 too, where the standard has an expression. And the attribute for Go's type record has the form of an address, but is an offset from the
/// start of the module's types.
public final class DwarfInfo {
  /// A global variable.
  public struct Variable {
    /// The name with its package.
    public let name: String
    /// The address, without the load bias.
    public let address: UInt64
    /// The offset of its type's entry.
    public let type: Int
  }

  /// The global variables of the Go units.
  public private(set) var variables: [Variable] = []
  /// The offsets of the named types of the Go units.
  public private(set) var types: [String: Int] = [:]
  /// The offsets of types, by the offset of Go's own type record.
  public private(set) var runtimeTypes: [UInt64: Int] = [:]
  /// The values of the constants of the Go units.
  public private(set) var constants: [String: UInt64] = [:]
  /// How many units of each version there are: Go's own.
  public private(set) var goUnits: [UInt16: Int] = [:]
  /// How many units of each version there are: other compilers'.
  public private(set) var otherUnits: [UInt16: Int] = [:]
  /// Whether a unit was cut off or damaged, so that something may be missing.
  public private(set) var isDamaged = false

  private let info: ByteBlock
  private let abbreviations: ByteBlock?
  private let strings: ByteBlock?
  private let lineStrings: ByteBlock?
  private let stringOffsets: ByteBlock?
  private let addresses: ByteBlock?
  private var units: [DwarfUnit] = []
  /// How many bytes of names may still be kept. Many entries can share one text, so that a small file could ask for all of the memory.
  private var nameBudget = 0

  /// Reads and indexes the debugging information of a file; nil if it has none for Go.
  public init?(_ file: ElfFile) throws(ImageFailure) {
    guard let info = try file.contents(of: ".debug_info") else { return nil }
    self.info = info
    abbreviations = try file.contents(of: ".debug_abbrev")
    strings = try file.contents(of: ".debug_str")
    lineStrings = try file.contents(of: ".debug_line_str")
    stringOffsets = try file.contents(of: ".debug_str_offsets")
    addresses = try file.contents(of: ".debug_addr")
    nameBudget = 4 * (info.bytes.count + (strings?.bytes.count ?? 0)) + 1 << 16
    readUnits()
    for unit in units where unit.isGo { index(unit) }
    if goUnits.isEmpty { return nil }
  }

  private init() {
    info = ByteBlock(copying: [])
    (abbreviations, strings, lineStrings, stringOffsets, addresses) = (nil, nil, nil, nil, nil)
  }

  /// What a stripped program has: no types and no variables.
  public static var none: DwarfInfo { DwarfInfo() }

  private func readUnits() {
    guard let abbreviations else { return }
    var tables: [UInt64: DwarfAbbreviations] = [:]
    // Tables do not overlap, so they have together no more bytes than their section.
    var tableBudget = 2 * abbreviations.bytes.count
    var cursor = ByteCursor(info.bytes)
    while !cursor.isAtEnd {
      let start = cursor.offset
      var length = UInt64(cursor.u32())
      var offsetSize = 4
      if length == 0xffff_ffff {
        length = cursor.u64()
        offsetSize = 8
      }
      let content = cursor.offset
      cursor.skip(length)
      // A unit that does not end inside of the section has no successor; its own entries are still read.
      if cursor.isExhausted { isDamaged = true }
      let end = cursor.isExhausted ? info.bytes.count : cursor.offset
      var header = ByteCursor(info.bytes, at: content)
      let version = header.u16()
      guard 2...5 ~= version else {
        isDamaged = true
        continue
      }
      var addressSize = 8
      let table: UInt64
      if version >= 5 {
        let type = header.u8()
        addressSize = Int(header.u8())
        table = header.unsigned(size: offsetSize)
        // Skeleton and split units carry an identifier, type units a signature and an offset.
        if type == 4 || type == 5 { header.skip(8) }
        if type == 2 || type == 6 { header.skip(8 + UInt64(offsetSize)) }
      } else {
        table = header.unsigned(size: offsetSize)
        addressSize = Int(header.u8())
      }
      guard !header.isExhausted, header.offset <= end, let position = Int(exactly: table) else {
        isDamaged = true
        continue
      }
      let known: DwarfAbbreviations
      if let table = tables[table] {
        known = table
      } else {
        guard tableBudget >= 0 else {
          isDamaged = true
          return
        }
        known = DwarfAbbreviations(abbreviations.bytes, at: position)
        tableBudget -= known.size
        tables[table] = known
      }
      let unit = DwarfUnit(
        offset: start, entries: header.offset, end: end, version: version, addressSize: addressSize,
        offsetSize: offsetSize, abbreviations: known)
      if let top = entry(at: unit.entries, in: unit), top.tag == .compileUnit {
        unit.isGo = top.language == 0x16
        if let base = top.addressBase { unit.addressBase = base }
        if let base = top.stringOffsetsBase { unit.stringOffsetsBase = base }
      }
      if unit.isGo { goUnits[version, default: 0] += 1 } else { otherUnits[version, default: 0] += 1 }
      units.append(unit)
    }
  }

  private func index(_ unit: DwarfUnit) {
    guard let top = entry(at: unit.entries, in: unit), top.hasChildren else { return }
    var offset = top.end
    var depth = 1
    while depth > 0, offset < unit.end {
      if info.bytes[offset] == 0 {
        depth -= 1
        offset += 1
        continue
      }
      // Only the top level matters; deeper entries are passed over without a look at their values.
      guard let next = entry(at: offset, in: unit, skipping: depth > 1) else {
        isDamaged = true
        return
      }
      if depth == 1 { register(next) }
      if next.hasChildren { depth += 1 }
      offset = next.end
    }
  }

  private func register(_ entry: DwarfEntry) {
    nameBudget -= entry.nameBytes.count
    guard nameBudget >= 0 else {
      isDamaged = true
      return
    }
    switch entry.tag {
    case .variable:
      if let address = entry.address, let type = entry.type, !entry.nameBytes.isEmpty {
        variables.append(Variable(name: entry.name, address: address, type: type))
      }
    case .constant:
      if let value = entry.constant, !entry.nameBytes.isEmpty { constants[entry.name] = value }
    case .structureType, .typedef, .baseType, .pointerType, .arrayType, .subroutineType:
      if let record = entry.goRuntimeType, record != 0, runtimeTypes[record] == nil {
        runtimeTypes[record] = entry.offset
      }
      // A struct has a typedef of the same name in front of it, without a kind: the struct is what is wanted.
      if entry.goKind != nil || entry.tag == .structureType, !entry.nameBytes.isEmpty {
        types[entry.name] = entry.offset
      }
    default: break
    }
  }

  private func unit(containing offset: Int) -> DwarfUnit? {
    var low = 0
    var high = units.count
    while low < high {
      let middle = (low + high) / 2
      if units[middle].end <= offset { low = middle + 1 } else { high = middle }
    }
    guard low < units.count, units[low].entries <= offset else { return nil }
    return units[low]
  }

  /// The entry at an offset; nil where there is none.
  public func entry(at offset: Int) -> DwarfEntry? {
    unit(containing: offset).flatMap { entry(at: offset, in: $0) }
  }

  /// The entries directly below an entry.
  public func children(of entry: DwarfEntry) -> [DwarfEntry] {
    guard entry.hasChildren, let unit = unit(containing: entry.offset) else { return [] }
    var children: [DwarfEntry] = []
    var offset = entry.end
    var depth = 1
    while depth > 0, offset < unit.end {
      if info.bytes[offset] == 0 {
        depth -= 1
        offset += 1
        continue
      }
      guard let next = self.entry(at: offset, in: unit, skipping: depth > 1) else { break }
      if depth == 1 { children.append(next) }
      if next.hasChildren { depth += 1 }
      offset = next.end
    }
    return children
  }

  private func entry(at offset: Int, in unit: DwarfUnit, skipping: Bool = false) -> DwarfEntry? {
    var cursor = ByteCursor(UnsafeRawBufferPointer(rebasing: info.bytes[..<unit.end]), at: offset)
    guard let shape = unit.abbreviations.shape(cursor.uleb()) else { return nil }
    var entry = DwarfEntry(
      offset: offset, tag: DwarfTag(rawValue: shape.tag) ?? .other, hasChildren: shape.hasChildren)
    for attribute in shape.attributes {
      if skipping || !read(attribute, into: &entry, &cursor, unit) {
        guard skip(attribute.form, &cursor, unit) else { return nil }
      }
    }
    guard !cursor.isExhausted else { return nil }
    entry.end = cursor.offset
    return entry
  }

  /// Reads an attribute that is of interest. Returns false, with nothing read, for others.
  @inline(__always)
  private func read(
    _ attribute: DwarfAbbreviations.Attribute, into entry: inout DwarfEntry, _ cursor: inout ByteCursor,
    _ unit: DwarfUnit
  ) -> Bool {
    switch attribute.name {
    case DwarfAttribute.name:
      guard let text = string(attribute.form, &cursor, unit) else { return false }
      entry.nameBytes = text
    case DwarfAttribute.type:
      guard let target = reference(attribute.form, &cursor, unit) else { return false }
      entry.type = target
    case DwarfAttribute.goKey:
      guard let target = reference(attribute.form, &cursor, unit) else { return false }
      entry.goKey = target
    case DwarfAttribute.goElement:
      guard let target = reference(attribute.form, &cursor, unit) else { return false }
      entry.goElement = target
    case DwarfAttribute.location:
      return location(attribute.form, into: &entry, &cursor, unit)
    case DwarfAttribute.byteSize, DwarfAttribute.memberLocation, DwarfAttribute.count, DwarfAttribute.upperBound,
      DwarfAttribute.goKind, DwarfAttribute.goRuntimeType, DwarfAttribute.language, DwarfAttribute.addressBase,
      DwarfAttribute.stringOffsetsBase, DwarfAttribute.constantValue:
      guard let value = number(attribute, &cursor, unit) else { return false }
      switch attribute.name {
      case DwarfAttribute.byteSize: entry.byteSize = value
      case DwarfAttribute.memberLocation: entry.memberLocation = value
      case DwarfAttribute.count: entry.count = value
      case DwarfAttribute.upperBound: entry.count = entry.count ?? value &+ 1
      case DwarfAttribute.goKind: entry.goKind = UInt8(truncatingIfNeeded: value) & 31
      case DwarfAttribute.goRuntimeType: entry.goRuntimeType = value
      case DwarfAttribute.constantValue: entry.constant = value
      case DwarfAttribute.language: entry.language = value
      case DwarfAttribute.addressBase: entry.addressBase = value
      default: entry.stringOffsetsBase = value
      }
    default: return false
    }
    return true
  }

  private func number(_ attribute: DwarfAbbreviations.Attribute, _ cursor: inout ByteCursor, _ unit: DwarfUnit)
    -> UInt64?
  {
    switch attribute.form {
    case DwarfForm.data1: UInt64(cursor.u8())
    case DwarfForm.data2: UInt64(cursor.u16())
    case DwarfForm.data4: UInt64(cursor.u32())
    case DwarfForm.data8: cursor.u64()
    case DwarfForm.udata: cursor.uleb()
    case DwarfForm.sdata: UInt64(bitPattern: cursor.sleb())
    case DwarfForm.addr: cursor.unsigned(size: unit.addressSize)
    case DwarfForm.secOffset: cursor.unsigned(size: unit.offsetSize)
    case DwarfForm.implicitConst: UInt64(bitPattern: attribute.constant)
    case DwarfForm.addrx: address(cursor.uleb(), unit)
    default: nil
    }
  }

  private func reference(_ form: UInt16, _ cursor: inout ByteCursor, _ unit: DwarfUnit) -> Int? {
    let base = UInt64(unit.offset)
    let value: UInt64
    switch form {
    case DwarfForm.ref1: value = base &+ UInt64(cursor.u8())
    case DwarfForm.ref2: value = base &+ UInt64(cursor.u16())
    case DwarfForm.ref4: value = base &+ UInt64(cursor.u32())
    case DwarfForm.ref8: value = base &+ cursor.u64()
    case DwarfForm.refUdata: value = base &+ cursor.uleb()
    case DwarfForm.refAddr: value = cursor.unsigned(size: unit.version == 2 ? unit.addressSize : unit.offsetSize)
    default: return nil
    }
    return Int(truncatingIfNeeded: value)
  }

  private func string(_ form: UInt16, _ cursor: inout ByteCursor, _ unit: DwarfUnit) -> UnsafeRawBufferPointer? {
    func text(_ block: ByteBlock?, _ offset: UInt64) -> UnsafeRawBufferPointer {
      guard let block, let offset = Int(exactly: offset) else { return UnsafeRawBufferPointer(start: nil, count: 0) }
      var cursor = ByteCursor(block.bytes, at: offset)
      return cursor.cString()
    }
    func indexed(_ index: UInt64) -> UnsafeRawBufferPointer {
      let place = unit.stringOffsetsBase.addingReportingOverflow(index &* UInt64(unit.offsetSize))
      guard let stringOffsets, !place.overflow, index < UInt64(stringOffsets.bytes.count) else { return text(nil, 0) }
      var cursor = ByteCursor(stringOffsets.bytes, at: Int(exactly: place.partialValue) ?? -1)
      let offset = cursor.unsigned(size: unit.offsetSize)
      return cursor.isExhausted ? text(nil, 0) : text(strings, offset)
    }
    switch form {
    case DwarfForm.string: return cursor.cString()
    case DwarfForm.strp: return text(strings, cursor.unsigned(size: unit.offsetSize))
    case DwarfForm.lineStrp: return text(lineStrings, cursor.unsigned(size: unit.offsetSize))
    case DwarfForm.strx: return indexed(cursor.uleb())
    case DwarfForm.strx1: return indexed(UInt64(cursor.u8()))
    case DwarfForm.strx2: return indexed(UInt64(cursor.u16()))
    case DwarfForm.strx3: return indexed(UInt64(cursor.u24()))
    case DwarfForm.strx4: return indexed(UInt64(cursor.u32()))
    default: return nil
    }
  }

  private func address(_ index: UInt64, _ unit: DwarfUnit) -> UInt64? {
    guard let addresses, index < UInt64(addresses.bytes.count) else { return nil }
    let place = unit.addressBase.addingReportingOverflow(index &* UInt64(unit.addressSize))
    guard !place.overflow else { return nil }
    var cursor = ByteCursor(addresses.bytes, at: Int(exactly: place.partialValue) ?? -1)
    let value = cursor.unsigned(size: unit.addressSize)
    return cursor.isExhausted ? nil : value
  }

  /// The place of a variable, if it is one address. A place that is a list or anything else is skipped.
  private func location(
    _ form: UInt16, into entry: inout DwarfEntry, _ cursor: inout ByteCursor, _ unit: DwarfUnit
  ) -> Bool {
    let length: UInt64
    switch form {
    case DwarfForm.block1: length = UInt64(cursor.u8())
    case DwarfForm.block2: length = UInt64(cursor.u16())
    case DwarfForm.block4: length = UInt64(cursor.u32())
    case DwarfForm.block, DwarfForm.exprloc: length = cursor.uleb()
    default: return false
    }
    var expression = ByteCursor(cursor.block(length))
    switch expression.u8() {
    case 0x03:
      let value = expression.unsigned(size: unit.addressSize)
      if expression.isAtEnd, !expression.isExhausted { entry.address = value }
    case 0xa1:
      let index = expression.uleb()
      if expression.isAtEnd, !expression.isExhausted { entry.address = address(index, unit) }
    default: break
    }
    return true
  }

  /// Skips a value. Returns false for a form that is not known, after which nothing in the unit can be read.
  private func skip(_ form: UInt16, _ cursor: inout ByteCursor, _ unit: DwarfUnit) -> Bool {
    switch form {
    case DwarfForm.flagPresent, DwarfForm.implicitConst: break
    case DwarfForm.data1, DwarfForm.flag, DwarfForm.ref1, DwarfForm.strx1, DwarfForm.addrx1: cursor.skip(1)
    case DwarfForm.data2, DwarfForm.ref2, DwarfForm.strx2, DwarfForm.addrx2: cursor.skip(2)
    case DwarfForm.strx3, DwarfForm.addrx3: cursor.skip(3)
    case DwarfForm.data4, DwarfForm.ref4, DwarfForm.strx4, DwarfForm.addrx4, DwarfForm.refSup4: cursor.skip(4)
    case DwarfForm.data8, DwarfForm.ref8, DwarfForm.refSig8, DwarfForm.refSup8: cursor.skip(8)
    case DwarfForm.data16: cursor.skip(16)
    case DwarfForm.addr: cursor.skip(UInt64(unit.addressSize))
    case DwarfForm.udata, DwarfForm.sdata, DwarfForm.refUdata, DwarfForm.strx, DwarfForm.addrx, DwarfForm.loclistx,
      DwarfForm.rnglistx:
      _ = cursor.uleb()
    case DwarfForm.string: cursor.skipCString()
    case DwarfForm.strp, DwarfForm.lineStrp, DwarfForm.secOffset, DwarfForm.strpSup:
      cursor.skip(UInt64(unit.offsetSize))
    case DwarfForm.refAddr: cursor.skip(UInt64(unit.version == 2 ? unit.addressSize : unit.offsetSize))
    case DwarfForm.block1: cursor.skip(UInt64(cursor.u8()))
    case DwarfForm.block2: cursor.skip(UInt64(cursor.u16()))
    case DwarfForm.block4: cursor.skip(UInt64(cursor.u32()))
    case DwarfForm.block, DwarfForm.exprloc: cursor.skip(cursor.uleb())
    case DwarfForm.indirect:
      // A form that names the form. A chain of them is not legal and would recur without end.
      let real = UInt16(truncatingIfNeeded: cursor.uleb())
      guard real != DwarfForm.indirect, real != DwarfForm.implicitConst else { return false }
      return skip(real, &cursor, unit)
    default: return false
    }
    return true
  }
}
