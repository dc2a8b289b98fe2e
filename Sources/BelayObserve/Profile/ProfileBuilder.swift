import Executables
import PprofFormat
import StackTraces

/// Puts a heap profile into pprof's form, in which everything is a number that stands for something in a table.
struct ProfileBuilder {
  private var message = PprofProfile()
  private var strings: [String: Int64] = [:]
  private var functions: [String: UInt64] = [:]
  private var locations: [UInt: UInt64] = [:]
  private var mappings: [Mapping: UInt64] = [:]
  private let modules = LoadedModules.current()

  /// The profile in pprof's form.
  static func message(_ profile: HeapProfile) -> PprofProfile {
    var builder = ProfileBuilder()
    builder.build(profile)
    return builder.message
  }

  private mutating func build(_ profile: HeapProfile) {
    // The format wants the empty text first.
    _ = string("")
    message.sampleType = [
      valueType("alloc_objects", "count"), valueType("alloc_space", "bytes"), valueType("inuse_objects", "count"),
      valueType("inuse_space", "bytes"),
    ]
    message.defaultSampleType = string("inuse_space")
    message.periodType = valueType("space", "bytes")
    message.period = Int64(profile.samplingBytes)
    message.timeNanos = profile.timeInNanoseconds
    // In an order of their own, so that the same profile always has the same bytes.
    for (stack, counts) in profile.counts.sorted(by: { $0.key.addresses.lexicographicallyPrecedes($1.key.addresses) }) {
      var sample = PprofSample()
      sample.locationID = stack.addresses.map { location($0) }
      sample.value = [counts.allocatedBlocks, counts.allocatedBytes, counts.liveBlocks, counts.liveBytes].map {
        Int64(max(0, $0.rounded()))
      }
      message.sample.append(sample)
    }
  }

  private mutating func string(_ text: String) -> Int64 {
    if let known = strings[text] { return known }
    let index = Int64(message.stringTable.count)
    message.stringTable.append(text)
    strings[text] = index
    return index
  }

  private mutating func valueType(_ type: String, _ unit: String) -> PprofValueType {
    var result = PprofValueType()
    result.type = string(type)
    result.unit = string(unit)
    return result
  }

  /// The location of a return address.
  private mutating func location(_ address: UInt) -> UInt64 {
    if let known = locations[address] { return known }
    var result = PprofLocation()
    result.id = UInt64(message.location.count + 1)
    // pprof itself takes one from return addresses; with lines given it does not look at the address again.
    result.address = UInt64(address)
    if let module = modules.module(at: UInt64(address &- 1)) { result.mappingID = mapping(module) }
    if let name = modules.function(at: UInt64(address &- 1))?.name {
      var line = PprofLine()
      line.functionID = function(name)
      result.line = [line]
    }
    message.location.append(result)
    locations[address] = result.id
    return result.id
  }

  private mutating func function(_ name: String) -> UInt64 {
    if let known = functions[name] { return known }
    var result = PprofFunction()
    result.id = UInt64(message.function.count + 1)
    result.name = string(name)
    result.systemName = result.name
    message.function.append(result)
    functions[name] = result.id
    return result.id
  }

  private mutating func mapping(_ module: Mapping) -> UInt64 {
    if let known = mappings[module] { return known }
    var result = PprofMapping()
    result.id = UInt64(message.mapping.count + 1)
    result.memoryStart = module.start
    result.memoryLimit = module.end
    result.fileOffset = module.offset
    result.filename = string(module.path)
    result.hasFunctions_p = true
    message.mapping.append(result)
    mappings[module] = result.id
    return result.id
  }
}
