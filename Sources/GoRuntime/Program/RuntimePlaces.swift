import ProcessImage

/// Where the runtime keeps what an inspection starts from.
struct RuntimePlaces {
  /// The version of Go that built the program.
  let version: String
  let modules: [Module]
  /// Where the list of all spans stands: an address and a count.
  let spans: UInt64
  /// Where the list of all goroutines stands.
  let goroutines: UInt64

  /// The places of a program with debugging information.
  init(_ image: ProcessImage, _ types: TypeTable, _ variables: [String: DwarfInfo.Variable]) throws(ImageFailure) {
    func address(_ name: String) throws(ImageFailure) -> UInt64 {
      guard let variable = variables["runtime." + name] else {
        throw ImageFailure(
          "cannot read the Go runtime", "it has no variable runtime.\(name)",
          "report this Go version, or use a newer release of belay")
      }
      return variable.address &+ image.loadBias
    }
    version = RuntimePlaces.version(image, try address("buildVersion"))
    modules = try Module.all(image, types, first: address("firstmoduledata"))
    types.recordRanges = modules.map(\.types)
    spans = try address("mheap_") &+ StructLayout(types, "runtime.mheap").offset("allspans")
    goroutines = try address("allgs")
  }

  /// The places of a stripped program.
  init(searching image: ProcessImage, _ types: TypeTable) throws(ImageFailure) {
    version = BuildInformation.version(image.executable) ?? "unknown"
    modules = try Module.all(image, types, first: ModuleSearch(image: image).find(types))
    types.recordRanges = modules.map(\.types)
    let search = ListSearch(image, modules[0])
    spans = try search.spans(types)
    goroutines = try search.goroutines(types)
  }

  private static func version(_ image: ProcessImage, _ address: UInt64) -> String {
    guard let text = image.pointer(address), let count = image.pointer(address &+ 8), count < 200,
      let bytes = image.bytes(text, Int(count))
    else { return "unknown" }
    return String(decoding: bytes, as: UTF8.self)
  }
}
