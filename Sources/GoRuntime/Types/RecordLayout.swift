import ProcessImage

/// Where the parts of Go's own type records stand. The program's debugging information tells; what it leaves out is as in all releases so far.
struct RecordLayout {
  var size: UInt64 = 0
  var flags: UInt64 = 20
  var kind: UInt64 = 23
  var text: UInt64 = 40
  /// Where what belongs to one kind starts.
  var end: UInt64 = 48
  /// Where the fields of a struct stand: a slice.
  var structFields: UInt64 = 56
  var fieldSize: UInt64 = 24
  var fieldType: UInt64 = 8
  var fieldOffset: UInt64 = 16
  /// Until Go 1.18 a field's offset is kept shifted, with a flag below it.
  var isFieldOffsetShifted = false
  var arrayLength: UInt64 = 64
  var mapKey: UInt64 = 48
  var mapElement: UInt64 = 56
  var mapContainer: UInt64 = 64
  var interfaceMethods: UInt64 = 56
  var interfaceTableType: UInt64 = 8

  init(_ info: DwarfInfo) {
    func offsets(_ names: String...) -> [String: UInt64] {
      for name in names {
        if let entry = info.types[name].flatMap({ info.entry(at: $0) }) {
          var result = Dictionary(
            info.children(of: entry).filter { $0.tag == .member }.map { ($0.name, $0.memberLocation ?? 0) },
            uniquingKeysWith: { first, _ in first })
          result[""] = entry.byteSize
          // Records are small; a larger offset is damage.
          return result.filter { $0.value < 4096 }
        }
      }
      return [:]
    }
    let base = offsets("internal/abi.Type", "runtime._type")
    size = base["Size_"] ?? base["size"] ?? size
    flags = base["TFlag"] ?? base["tflag"] ?? flags
    kind = base["Kind_"] ?? base["kind"] ?? kind
    text = base["Str"] ?? base["str"] ?? text
    end = base[""] ?? end
    let structure = offsets("internal/abi.StructType", "runtime.structtype")
    structFields = structure["Fields"] ?? structure["fields"] ?? structFields
    let field = offsets("internal/abi.StructField", "runtime.structfield")
    fieldSize = field[""] ?? fieldSize
    fieldType = field["Typ"] ?? field["typ"] ?? fieldType
    fieldOffset = field["Offset"] ?? field["offset"] ?? field["offsetAnon"] ?? field["offsetEmbed"] ?? fieldOffset
    isFieldOffsetShifted = field["offsetAnon"] != nil || field["offsetEmbed"] != nil
    let array = offsets("internal/abi.ArrayType", "runtime.arraytype")
    arrayLength = array["Len"] ?? array["len"] ?? arrayLength
    let map = offsets("internal/abi.MapType", "internal/abi.SwissMapType", "internal/abi.OldMapType", "runtime.maptype")
    mapKey = map["Key"] ?? map["key"] ?? mapKey
    mapElement = map["Elem"] ?? map["elem"] ?? mapElement
    mapContainer = map["Group"] ?? map["Bucket"] ?? map["bucket"] ?? mapContainer
    let interface = offsets("internal/abi.InterfaceType", "runtime.interfacetype")
    interfaceMethods = interface["Methods"] ?? interface["mhdr"] ?? interfaceMethods
    let table = offsets("internal/abi.ITab", "runtime.itab")
    interfaceTableType = table["Type"] ?? table["_type"] ?? interfaceTableType
  }
}
