/// What of C's a value of a type can hold.
struct HeldAddresses: OptionSet {
  var rawValue: UInt8
  /// A C type, or a pointer to one.
  static let foreign = HeldAddresses(rawValue: 1)
  static let unsafePointer = HeldAddresses(rawValue: 2)
  static let integer = HeldAddresses(rawValue: 4)

  /// As the inventory lists them.
  var names: [String] {
    [(HeldAddresses.foreign, "C"), (.integer, "uintptr"), (.unsafePointer, "unsafe.Pointer")].filter { contains($0.0) }
      .map(\.1)
  }
}

extension TypeChecker {
  /// Looks through pointers, arrays, slices, channels, maps and struct fields, and through type names, six levels deep.
  func addresses(in type: TypeID) -> HeldAddresses {
    var seen: Set<TypeID> = []
    var held: HeldAddresses = []
    collect(type, &held, &seen, depth: 0)
    return held
  }

  private func collect(_ type: TypeID, _ held: inout HeldAddresses, _ seen: inout Set<TypeID>, depth: Int) {
    guard depth <= 6, seen.insert(type).inserted else { return }
    let record = types[type]
    switch record.kind {
    case .basic:
      if record.a == BasicType.unsafePointer.rawValue { held.insert(.unsafePointer) }
      if record.a == BasicType.uintptr.rawValue { held.insert(.integer) }
    case .foreign: held.insert(.foreign)
    case .alias: collect(TypeID(record.c), &held, &seen, depth: depth)
    case .named: collect(underlying(type), &held, &seen, depth: depth + 1)
    case .pointer, .slice, .array, .channel: collect(TypeID(record.a), &held, &seen, depth: depth + 1)
    case .map:
      collect(TypeID(record.a), &held, &seen, depth: depth + 1)
      collect(TypeID(record.b), &held, &seen, depth: depth + 1)
    case .structure:
      let fields = types.words(record.a)
      for index in stride(from: 1, to: fields.count, by: 4) {
        collect(TypeID(fields[index]), &held, &seen, depth: depth + 1)
      }
    default: break
    }
  }
}
