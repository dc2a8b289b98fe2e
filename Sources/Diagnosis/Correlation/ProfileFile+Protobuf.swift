import PprofFormat
import ProcessImage

extension ProfileFile {
  init(_ message: PprofProfile, path: String) throws(ImageFailure) {
    self.init(path: path, form: .protobuf)
    func text(_ index: Int64) -> String {
      Int(exactly: index).flatMap { message.stringTable.indices.contains($0) ? message.stringTable[$0] : nil } ?? ""
    }
    let types = message.sampleType.map { text($0.type) }
    guard let bytes = types.firstIndex(of: "inuse_space") else {
      throw ImageFailure(
        "cannot use \(path)",
        types.isEmpty ? "it is no profile" : "it counts \(types.joined(separator: ", ")), not memory in use",
        "give a heap profile, as /debug/pprof/heap or pprof.WriteHeapProfile gives it")
    }
    let objects = types.firstIndex(of: "inuse_objects")
    if message.timeNanos > 0 { time = message.timeNanos }
    var names: [UInt64: String] = [:]
    for function in message.function { names[function.id] = text(function.name) }
    // For each location the functions at it, the innermost of inlined ones first.
    var locations: [UInt64: [String]] = [:]
    for location in message.location {
      let named = location.line.compactMap { names[$0.functionID] }.filter { !$0.isEmpty }
      locations[location.id] = named.isEmpty ? ["0x" + String(location.address, radix: 16)] : named
    }
    for sample in message.sample where sample.value.count == types.count {
      let frames = sample.locationID.lazy.flatMap { locations[$0] ?? [] }
      let function = frames.first { !ProfileFile.isRuntime($0) } ?? frames.first ?? "unknown"
      add(
        Use(bytes: Double(sample.value[bytes]), objects: objects.map { Double(sample.value[$0]) } ?? 0),
        function: function)
    }
  }
}
