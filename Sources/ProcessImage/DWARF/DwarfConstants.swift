/// The forms of attribute values, as the DWARF standard numbers them.
enum DwarfForm {
  static let addr: UInt16 = 0x01
  static let block2: UInt16 = 0x03
  static let block4: UInt16 = 0x04
  static let data2: UInt16 = 0x05
  static let data4: UInt16 = 0x06
  static let data8: UInt16 = 0x07
  static let string: UInt16 = 0x08
  static let block: UInt16 = 0x09
  static let block1: UInt16 = 0x0a
  static let data1: UInt16 = 0x0b
  static let flag: UInt16 = 0x0c
  static let sdata: UInt16 = 0x0d
  static let strp: UInt16 = 0x0e
  static let udata: UInt16 = 0x0f
  static let refAddr: UInt16 = 0x10
  static let ref1: UInt16 = 0x11
  static let ref2: UInt16 = 0x12
  static let ref4: UInt16 = 0x13
  static let ref8: UInt16 = 0x14
  static let refUdata: UInt16 = 0x15
  static let indirect: UInt16 = 0x16
  static let secOffset: UInt16 = 0x17
  static let exprloc: UInt16 = 0x18
  static let flagPresent: UInt16 = 0x19
  static let strx: UInt16 = 0x1a
  static let addrx: UInt16 = 0x1b
  static let refSup4: UInt16 = 0x1c
  static let strpSup: UInt16 = 0x1d
  static let data16: UInt16 = 0x1e
  static let lineStrp: UInt16 = 0x1f
  static let refSig8: UInt16 = 0x20
  static let implicitConst: UInt16 = 0x21
  static let loclistx: UInt16 = 0x22
  static let rnglistx: UInt16 = 0x23
  static let refSup8: UInt16 = 0x24
  static let strx1: UInt16 = 0x25
  static let strx2: UInt16 = 0x26
  static let strx3: UInt16 = 0x27
  static let strx4: UInt16 = 0x28
  static let addrx1: UInt16 = 0x29
  static let addrx2: UInt16 = 0x2a
  static let addrx3: UInt16 = 0x2b
  static let addrx4: UInt16 = 0x2c
}

/// The attributes that are read.
enum DwarfAttribute {
  static let name: UInt16 = 0x03
  static let location: UInt16 = 0x02
  static let byteSize: UInt16 = 0x0b
  static let language: UInt16 = 0x13
  static let constantValue: UInt16 = 0x1c
  static let count: UInt16 = 0x37
  static let upperBound: UInt16 = 0x2f
  static let memberLocation: UInt16 = 0x38
  static let type: UInt16 = 0x49
  static let stringOffsetsBase: UInt16 = 0x72
  static let addressBase: UInt16 = 0x73
  static let goKind: UInt16 = 0x2900
  static let goKey: UInt16 = 0x2901
  static let goElement: UInt16 = 0x2902
  static let goRuntimeType: UInt16 = 0x2904
}

/// The kinds of entries that are told apart.
public enum DwarfTag: UInt16, Sendable {
  /// An array.
  case arrayType = 0x01
  /// A member of a struct.
  case member = 0x0d
  /// A pointer.
  case pointerType = 0x0f
  /// A unit of compilation.
  case compileUnit = 0x11
  /// A struct.
  case structureType = 0x13
  /// A function type.
  case subroutineType = 0x15
  /// Another name for a type.
  case typedef = 0x16
  /// The range of an array's indices.
  case subrangeType = 0x21
  /// A type without structure.
  case baseType = 0x24
  /// A constant.
  case constant = 0x27
  /// A variable.
  case variable = 0x34
  /// Anything else.
  case other = 0
}
