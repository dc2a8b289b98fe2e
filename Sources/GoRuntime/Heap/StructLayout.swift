import ProcessImage

/// Where the members of one of the runtime's own structs stand, as the program's debugging information says, or the record of the type.
struct StructLayout {
  let name: String
  let size: UInt64
  private let members: [String: (offset: UInt64, size: UInt64)]

  init(_ types: TypeTable, _ name: String) throws(ImageFailure) {
    guard let layout = StructLayout(types, anyOf: [name]) else {
      throw ImageFailure(
        "cannot read the Go runtime", "the program does not describe its type \(name)",
        "give the program before it was stripped, of the same build, with --exe")
    }
    self = layout
  }

  /// The first of several types that the program describes; nil if it describes none.
  init?(_ types: TypeTable, anyOf names: [String]) {
    guard
      let (name, type) = names.lazy.map({ ($0, types[types.type(named: $0)]) }).first(where: {
        $0.1.kind == .structure && !$0.1.fields.isEmpty
      })
    else { return nil }
    self.name = name
    size = type.size
    var members: [String: (UInt64, UInt64)] = [:]
    for field in type.fields { members[field.name] = (field.offset, types[field.type].size) }
    self.members = members
  }

  /// Where a member stands.
  func offset(_ names: String...) throws(ImageFailure) -> UInt64 {
    for name in names {
      // A member is read as at most eight bytes; damaged information must not lead beyond the struct.
      if let member = members[name], size < 1 << 28, member.offset < size,
        size - member.offset >= min(8, max(1, member.size))
      {
        return member.offset
      }
    }
    throw ImageFailure(
      "cannot read the Go runtime", "its type \(name) has no member \(names[0])",
      "report this Go version, or use a newer release of belay")
  }

  /// Where a member stands, if there is one of these names. Beyond a page there is none: that is damage.
  func optional(_ names: String...) -> UInt64? {
    names.lazy.compactMap { members[$0]?.offset }.first { $0 < 4096 }
  }

  /// The size of a member.
  func size(of name: String) -> UInt64 { members[name]?.size ?? 8 }
}
