import Executables
import ProcessImage

/// Reads goroutines and follows their calls.
struct GoroutineReader {
  let image: ProcessImage
  let types: TypeTable
  let modules: [Module]
  /// The registers of threads that were stopped or have ended; empty if the process goes on.
  let threads: [ThreadState]

  private struct Gobuf {
    let counter: UInt64
    let stack: UInt64
  }

  /// The goroutines of a list of addresses.
  func read(list: UInt64, count: UInt64) throws(ImageFailure) -> [Goroutine] {
    let layout = try StructLayout(types, "runtime.g")
    let machine = try StructLayout(types, "runtime.m")
    let bounds = try StructLayout(types, "runtime.stack")
    let buffer = try StructLayout(types, "runtime.gobuf")
    guard count < 1 << 26, layout.size < 1 << 16, let pointers = image.bytes(list, Int(count * 8)) else {
      throw ImageFailure(
        "cannot read the goroutines", "their list is not there or damaged", "try again, or give a whole core dump")
    }
    let stackAt = try layout.offset("stack")
    let low = stackAt + (try bounds.offset("lo"))
    let high = stackAt + (try bounds.offset("hi"))
    let saved = try layout.offset("sched")
    let pointer = saved + (try buffer.offset("sp"))
    let counter = saved + (try buffer.offset("pc"))
    let status = try layout.offset("atomicstatus")
    let id = try layout.offset("goid")
    let start = try layout.offset("startpc")
    let callPointer = try layout.offset("syscallsp")
    let callCounter = try layout.offset("syscallpc")
    let reason = try layout.offset("waitreason")
    let owner = try layout.offset("m")
    let thread = try machine.offset("procid")
    let size = Int(layout.size)
    let block = try ByteBlock(count: size * Int(count)) { target in
      _ = image.read(
        (0..<Int(count)).map { index in
          (
            address: pointers.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self) },
            target: UnsafeMutableRawBufferPointer(rebasing: target[(index * size)..<((index + 1) * size)])
          )
        })
    }
    var goroutines: [Goroutine] = []
    for index in 0..<Int(count) {
      let record = UnsafeRawBufferPointer(rebasing: block.bytes[(index * size)..<((index + 1) * size)])
      func word(_ offset: UInt64) -> UInt64 {
        var cursor = ByteCursor(record, at: Int(offset))
        return cursor.u64()
      }
      let state = UInt32(truncatingIfNeeded: word(status)) & 0xff
      let bounds = word(low)..<max(word(low), word(high))
      // Idle and dead ones have no stack to speak of; a stack beyond a gigabyte is not one that Go allows.
      guard state != 0, state != 6, !bounds.isEmpty, bounds.upperBound - bounds.lowerBound <= 1 << 30 else { continue }
      var place: Gobuf? = Gobuf(counter: word(counter), stack: word(pointer))
      switch state {
      case 3: place = Gobuf(counter: word(callCounter), stack: word(callPointer))
      case 2:
        // What is saved in a goroutine that runs is old. The registers are those of its code, unless it is inside the runtime or C.
        let number = word(owner) == 0 ? nil : image.pointer(word(owner) &+ thread)
        place = number.flatMap { number in threads.first { UInt64($0.id) == number } }.map {
          Gobuf(counter: $0.programCounter, stack: $0.stackPointer)
        }
      default: break
      }
      if let known = place, !bounds.contains(known.stack) { place = nil }
      let used = (place?.stack ?? bounds.lowerBound) & ~7..<bounds.upperBound
      goroutines.append(
        Goroutine(
          id: word(id), state: name(state, UInt8(truncatingIfNeeded: word(reason))),
          start: function(word(start)) ?? "?",
          frames: place.map { frames($0, bounds) } ?? [], stack: used, isStackWhole: place == nil))
    }
    return goroutines
  }

  private func name(_ state: UInt32, _ reason: UInt8) -> String {
    switch state {
    case 1: return "runnable"
    case 2: return "running"
    case 3: return "in a system call"
    case 4: return reasons[Int(reason)] ?? "waiting"
    case 8: return "copying its stack"
    case 9: return "preempted"
    default: return "in state \(state)"
    }
  }

  /// The runtime's own words for why a goroutine waits.
  private var reasons: [Int: String] {
    guard let variable = types.info.variables.first(where: { $0.name == "runtime.waitReasonStrings" }) else {
      return [:]
    }
    let list = types[types.type(entry: variable.type)]
    var result: [Int: String] = [:]
    for index in 0..<min(list.length, 128) {
      let place = variable.address &+ image.loadBias &+ index * 16
      guard let text = image.pointer(place), let count = image.pointer(place &+ 8), count < 100,
        let bytes = image.bytes(text, Int(count))
      else { continue }
      result[Int(index)] = String(decoding: bytes, as: UTF8.self)
    }
    return result
  }

  /// The name of the function that holds a program counter.
  func function(_ counter: UInt64) -> String? {
    for module in modules {
      if let record = module.functions.record(at: counter) { return module.functions.name(record: record) }
    }
    return nil
  }

  private func frames(_ place: Gobuf, _ bounds: Range<UInt64>) -> [Goroutine.Frame] {
    var frames: [Goroutine.Frame] = []
    var counter = place.counter
    var stack = place.stack
    // On x86-64 a call leaves the return address on the stack; on arm64 the callee stores it at the bottom of its frame.
    let storesLink = image.executable.machine == .arm64
    while frames.count < 1000, bounds.contains(stack) {
      var found: (FunctionTable, UInt64)?
      for module in modules {
        if let record = module.functions.record(at: counter) { found = (module.functions, record) }
      }
      guard let (table, record) = found else { break }
      // A return address can stand behind the last instruction of its function's call.
      let lookup = frames.isEmpty ? counter : counter &- 1
      guard let size = table.frameSize(record: record, at: lookup), size < 1 << 30 else { break }
      let top = stack &+ size &+ (storesLink ? 0 : 8)
      guard top > stack, top <= bounds.upperBound else { break }
      frames.append(Goroutine.Frame(function: table.name(record: record), range: stack..<top))
      guard let back = image.pointer(storesLink ? stack : top - 8) else { break }
      counter = back
      stack = top
    }
    return frames
  }
}
