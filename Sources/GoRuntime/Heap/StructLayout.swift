import ProcessImage

/// Where the members of one of the runtime's own structs stand, as the program's debugging information says.
struct StructLayout {
  let name: String
  let size: UInt64
  private let members: [String: (offset: UInt64, size: UInt64)]

  init(_ types: TypeTable, _ name: String) throws(ImageFailure) {
    let type = types[types.type(named: name)]
    guard type.kind == .structure, !type.fields.isEmpty else {
      throw ImageFailure(
        "cannot read the Go runtime", "its debugging information has no type \(name)",
        "give the program before it was stripped, of the same build, with --exe")
    }
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

  /// Where a member stands, if there is one.
  func optional(_ name: String) -> UInt64? { members[name]?.offset }

  /// The size of a member.
  func size(of name: String) -> UInt64 { members[name]?.size ?? 8 }
}
