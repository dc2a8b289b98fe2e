import ProcessImage

/// Where the parts of a map's header stand, in either of Go's two forms.
struct MapOffsets {
  /// Whether maps are Swiss (Go 1.24 and later) and not classic.
  let isSwiss: Bool
  let headerSize: UInt64
  /// The members of the header, for those who want to see them: name, offset, size.
  let members: [(name: String, offset: Int, size: Int)]

  /// Where the number stands that goes into each hash: its offset and size.
  var seed: (offset: Int, size: Int)? {
    members.first { ($0.name == "seed" || $0.name == "hash0") && $0.size >= 4 }.map { ($0.offset, $0.size) }
  }

  // Classic
  private(set) var count = 0
  private(set) var flags = 0
  private(set) var logarithm = 0
  private(set) var overflow = 0
  private(set) var buckets = 0
  private(set) var oldBuckets = 0
  private(set) var evacuated = 0
  private(set) var extra = 0
  private(set) var extraType = TypeID.none

  // Swiss
  private(set) var used = 0
  private(set) var directory = 0
  private(set) var directoryLength = 0
  private(set) var globalDepth = 0
  private(set) var globalShift = 0
  private(set) var writing = 0
  private(set) var tableSize = 0
  private(set) var tableUsed = 0
  private(set) var tableCapacity = 0
  private(set) var tableGrowthLeft = 0
  private(set) var tableDepth = 0
  private(set) var groups = 0

  init(_ types: TypeTable) throws(ImageFailure) {
    let swissName = "internal/runtime/maps.Map"
    isSwiss = types.type(named: swissName).isKnown
    let name = isSwiss ? swissName : "runtime.hmap"
    let header = try StructLayout(types, name)
    headerSize = header.size
    members = types[types.type(named: name)].fields.filter { $0.offset < 4096 }.map {
      ($0.name, Int($0.offset), Int(clamping: types[$0.type].size))
    }
    if isSwiss {
      used = Int(try header.offset("used"))
      directory = Int(try header.offset("dirPtr"))
      directoryLength = Int(try header.offset("dirLen"))
      globalDepth = Int(try header.offset("globalDepth"))
      globalShift = Int(try header.offset("globalShift"))
      writing = Int(try header.offset("writing"))
      let table = try StructLayout(types, "internal/runtime/maps.table")
      let reference = try StructLayout(types, "internal/runtime/maps.groupsReference")
      tableSize = Int(table.size)
      tableUsed = Int(try table.offset("used"))
      tableCapacity = Int(try table.offset("capacity"))
      tableGrowthLeft = Int(try table.offset("growthLeft"))
      tableDepth = Int(try table.offset("localDepth"))
      groups = Int(try table.offset("groups") + reference.offset("data"))
      guard try reference.offset("lengthMask") == reference.offset("data") + 8 else {
        throw ImageFailure(
          "cannot read the Go runtime", "its tables of maps are laid out in an unknown way",
          "report this Go version, or use a newer release of belay")
      }
    } else {
      count = Int(try header.offset("count"))
      flags = Int(try header.offset("flags"))
      logarithm = Int(try header.offset("B"))
      overflow = Int(try header.offset("noverflow"))
      buckets = Int(try header.offset("buckets"))
      oldBuckets = Int(try header.offset("oldbuckets"))
      evacuated = Int(try header.offset("nevacuate"))
      extra = Int(try header.offset("extra"))
      extraType = types.type(named: "runtime.mapextra")
    }
  }
}
