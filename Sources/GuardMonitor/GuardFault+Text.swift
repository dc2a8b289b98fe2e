extension GuardFault {
  /// The fault as one sentence, with the innermost call that the program's own files know.
  public var summary: String {
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
    return stack.place.map { "\(what), in \($0.shortDescription)" } ?? what
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
      lines.append("  the block has \(block.text); this is \(position(in: block))")
    } else {
      lines.append("  the address is \(Self.hexadecimal(address))")
    }
    lines += holders.map { "  held by \($0.text)" }
    lines += limitations.map { "  note: \($0)" }
    lines += stack.lines("here, in thread \(stack.thread) of process \(process)")
    lines += block?.stackLines ?? []
    return lines.map { $0 + "\n" }.joined()
  }

  private func position(in block: GuardBlock) -> String {
    if address < block.address { return "\(block.address - address) before its start" }
    let offset = address - block.address
    return offset < block.size || (offset == 0 && block.size == 0)
      ? "byte \(offset) of it" : "\(offset - block.size) behind its end"
  }

  static func hexadecimal(_ number: UInt64) -> String { "0x" + String(number, radix: 16) }
}
