/// One entry of the debugging information, with the attributes that Belay asks for.
public struct DwarfEntry {
  /// Where the entry starts in its section.
  public let offset: Int
  /// What it describes.
  public let tag: DwarfTag
  /// Whether entries follow that belong to it.
  public let hasChildren: Bool
  /// Where the entry after its attributes starts: its first child, if it has any.
  public internal(set) var end = 0
  /// The name's bytes; they live as long as the ``DwarfInfo``.
  public internal(set) var nameBytes = UnsafeRawBufferPointer(start: nil, count: 0)
  /// The type it refers to, as an offset in the section.
  public internal(set) var type: Int?
  /// The size in bytes.
  public internal(set) var byteSize: UInt64?
  /// Where a member stands in its struct.
  public internal(set) var memberLocation: UInt64?
  /// How many elements an array has.
  public internal(set) var count: UInt64?
  /// The address of a variable that stands at one place, without the load bias.
  public internal(set) var address: UInt64?
  /// Go's kind of a type.
  public internal(set) var goKind: UInt8?
  /// The key type of a Go map.
  public internal(set) var goKey: Int?
  /// The element type of a Go map, slice or channel.
  public internal(set) var goElement: Int?
  /// Where Go's own record of the type stands, counted from the start of the types of its module.
  public internal(set) var goRuntimeType: UInt64?
  /// The value of a constant.
  public internal(set) var constant: UInt64?
  var language: UInt64?
  var addressBase: UInt64?
  var stringOffsetsBase: UInt64?

  /// The name.
  public var name: String { String(decoding: nameBytes, as: UTF8.self) }

  init(offset: Int, tag: DwarfTag, hasChildren: Bool) {
    self.offset = offset
    self.tag = tag
    self.hasChildren = hasChildren
  }
}
