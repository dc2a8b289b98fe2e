import ProcessImage

/// Where the parts of Go's own type records stand. The program tells; what it leaves out is as in all releases so far.
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

  /// What the program says of its records, by its debugging information or by the records themselves.
  init(_ types: TypeTable) {
    if let base = StructLayout(types, anyOf: ["internal/abi.Type", "runtime._type"]), base.size < 4096 {
      size = base.optional("Size_", "size") ?? size
      flags = base.optional("TFlag", "tflag") ?? flags
      kind = base.optional("Kind_", "kind") ?? kind
      text = base.optional("Str", "str") ?? text
      end = base.size
    }
    if let structure = StructLayout(types, anyOf: ["internal/abi.StructType", "runtime.structtype"]) {
      structFields = structure.optional("Fields", "fields") ?? structFields
    }
    if let field = StructLayout(types, anyOf: ["internal/abi.StructField", "runtime.structfield"]), field.size < 4096 {
      fieldSize = field.size
      fieldType = field.optional("Typ", "typ") ?? fieldType
      let shifted = field.optional("offsetAnon", "offsetEmbed")
      fieldOffset = field.optional("Offset", "offset") ?? shifted ?? fieldOffset
      isFieldOffsetShifted = shifted != nil
    }
    if let array = StructLayout(types, anyOf: ["internal/abi.ArrayType", "runtime.arraytype"]) {
      arrayLength = array.optional("Len", "len") ?? arrayLength
    }
    let maps = ["internal/abi.MapType", "internal/abi.SwissMapType", "internal/abi.OldMapType", "runtime.maptype"]
    if let map = StructLayout(types, anyOf: maps) {
      mapKey = map.optional("Key", "key") ?? mapKey
      mapElement = map.optional("Elem", "elem") ?? mapElement
      mapContainer = map.optional("Group", "Bucket", "bucket") ?? mapContainer
    }
    if let interface = StructLayout(types, anyOf: ["internal/abi.InterfaceType", "runtime.interfacetype"]) {
      interfaceMethods = interface.optional("Methods", "mhdr") ?? interfaceMethods
    }
    if let table = StructLayout(types, anyOf: ["internal/abi.ITab", "runtime.itab"]) {
      interfaceTableType = table.optional("Type", "_type") ?? interfaceTableType
    }
  }

  /// What is the same in all releases so far.
  init() {}
}
