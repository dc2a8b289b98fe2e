extension GuardFault {
  /// The fault as one sentence, with the innermost call that the program's own files know.
  public var summary: String {
    let place = stack.frames.first { $0.file != nil } ?? stack.frames.first
    let what =
      switch kind {
      case .useAfterFree: "use after free: \(verb) memory that was freed"
      case .overflow: "overflow: \(verb) behind the end of a block"
      case .underflow: "underflow: \(verb) before the start of a block"
      case .wildAccess: "wild access: \(verb) memory that belongs to no block"
      case .doubleFree: "double free: a block was freed that had been freed before"
      case .invalidFree: "invalid free: the address is not where a block begins"
      case .corruptedNeighbourhood: "overwritten bounds: bytes beside a block had been changed when it was freed"
      }
    return place.map { "\(what), in \($0.shortDescription)" } ?? what
  }

  private var verb: String {
    switch access {
    case .read: "a read of"
    case .write: "a write to"
    case .unknown: "an access to"
    }
  }

  /// The whole report, with a line end behind each line.
  public var text: String {
    var lines = ["belay guard: \(summary)"]
    if let block {
      let size = "\(block.size) \(block.size == 1 ? "byte" : "bytes")"
      lines.append("  the block has \(size) at \(Self.hexadecimal(block.address)); this is \(position(in: block))")
    } else {
      lines.append("  the address is \(Self.hexadecimal(address))")
    }
    append("here, in thread \(stack.thread) of process \(process)", stack, to: &lines)
    if let freed = block?.freed { append("freed by thread \(freed.thread)", freed, to: &lines) }
    if let allocated = block?.allocated { append("allocated by thread \(allocated.thread)", allocated, to: &lines) }
    return lines.map { $0 + "\n" }.joined()
  }

  private func append(_ title: String, _ stack: Stack, to lines: inout [String]) {
    lines.append("  \(title)")
    lines += stack.frames.map { "    \($0.description)" }
  }

  private func position(in block: Block) -> String {
    if address < block.address { return "\(block.address - address) before its start" }
    let offset = address - block.address
    return offset < block.size || (offset == 0 && block.size == 0)
      ? "byte \(offset) of it" : "\(offset - block.size) behind its end"
  }

  static func hexadecimal(_ number: UInt64) -> String { "0x" + String(number, radix: 16) }
}

extension GuardFrame: CustomStringConvertible {
  /// The call as one line: function, place, and the module where there is no place.
  public var description: String {
    let name = function ?? GuardFault.hexadecimal(address)
    if let file { return "\(name)  \(file)\(line.map { ":\($0)" } ?? "")" }
    guard let module else { return name }
    return "\(name)  in \(Self.lastPart(module))"
  }

  /// The function with the last part of its file.
  var shortDescription: String {
    let name = function ?? GuardFault.hexadecimal(address)
    guard let file else { return "`\(name)`" }
    return "`\(name)` (\(Self.lastPart(file))\(line.map { ":\($0)" } ?? ""))"
  }

  private static func lastPart(_ path: String) -> Substring { path.split(separator: "/").last ?? path[...] }
}
