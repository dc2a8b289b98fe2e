import Executables
import ProcessImage

/// What the linker says of a program or a plug-in: where its code, its data and its types stand.
struct Module {
  let text: UInt64
  let textEnd: UInt64
  let types: Range<UInt64>
  /// The data that can hold pointers, and for each word of it a bit that says whether it does.
  let data: Range<UInt64>
  let dataMask: UInt64
  let bss: Range<UInt64>
  let bssMask: UInt64
  let functions: FunctionTable

  /// The modules of a program, in the order in which they were loaded.
  static func all(_ image: ProcessImage, _ types: TypeTable, first: UInt64) throws(ImageFailure) -> [Module] {
    let layout = try StructLayout(types, "runtime.moduledata")
    let function = try StructLayout(types, "runtime._func")
    var modules: [Module] = []
    var next = first
    var seen: Set<UInt64> = []
    while next != 0, seen.insert(next).inserted, modules.count < 1024 {
      let base = next
      guard layout.size < 1 << 16, let bytes = image.bytes(base, Int(layout.size)) else {
        if modules.isEmpty {
          throw ImageFailure(
            "cannot read the Go runtime", "the description of its modules cannot be read",
            "give a core dump that holds the program's data, or inspect the running process")
        }
        break
      }
      func word(_ offset: UInt64) -> UInt64 {
        var cursor = ByteCursor(UnsafeRawBufferPointer(start: nil, count: 0))
        return bytes.withUnsafeBytes {
          cursor = ByteCursor($0, at: Int(offset))
          return cursor.u64()
        }
      }
      func range(_ low: String, _ high: String) throws(ImageFailure) -> Range<UInt64> {
        let start = word(try layout.offset(low))
        return start..<max(start, word(try layout.offset(high)))
      }
      let mask = try layout.offset("gcdatamask")
      let bssMask = try layout.offset("gcbssmask")
      let text = word(try layout.offset("text"))
      modules.append(
        Module(
          text: text, textEnd: word(try layout.offset("etext")), types: try range("types", "etypes"),
          // A bit vector is a count and an address.
          data: try range("data", "edata"), dataMask: word(mask + 8), bss: try range("bss", "ebss"),
          bssMask: word(bssMask + 8),
          functions: FunctionTable(
            image, text: text,
            table: (word(try layout.offset("ftab")), word(try layout.offset("ftab") + 8)),
            records: word(try layout.offset("pclntable")), names: word(try layout.offset("funcnametab")),
            values: word(try layout.offset("pctab")), nameOffset: try function.offset("nameOff", "nameoff"),
            frameOffset: try function.offset("pcsp"))))
      next = word(try layout.offset("next"))
    }
    return modules
  }
}
