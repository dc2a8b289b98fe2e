extension ArchiveWriter {
  mutating func write(_ operation: Operation) {
    switch operation {
    case .constant(let into, let constant):
      write(0)
      write(into)
      write(constant)
    case .copy(let into, let from):
      write(1)
      write(into)
      write(from)
    case .convert(let into, let from, let conversion):
      write(2)
      write(into)
      write(from)
      write(conversion.number)
    case .fresh(let into, let origin):
      write(3)
      write(into)
      write(origin)
    case .compute(let into, let from):
      write(4)
      write(into)
      write(from)
    case .address(let into, let path):
      write(5)
      write(into)
      write(path)
    case .load(let into, let path):
      write(6)
      write(into)
      write(path)
    case .store(let path, let from):
      write(7)
      write(path)
      write(from)
    case .mapMake(let into):
      write(8)
      write(into)
    case .map(let access):
      write(9)
      write(access)
    case .call(let number):
      write(10)
      write(number)
    case .lock(let path, let mode):
      write(11)
      write(path)
      write(mode == .exclusive)
    case .unlock(let path, let mode):
      write(12)
      write(path)
      write(mode == .exclusive)
    case .use(let variable):
      write(13)
      write(variable)
    case .escape(let variable):
      write(14)
      write(variable)
    }
  }

  mutating func write(_ constant: Constant) {
    switch constant {
    case .nil: write(0)
    case .zero: write(1)
    case .true: write(2)
    case .false: write(3)
    case .other: write(4)
    case .integer(let value):
      write(5)
      write(Int(value))
    case .string(let symbol):
      write(6)
      write(symbol)
    }
  }

  private mutating func write(_ origin: Origin) {
    switch origin {
    case .managed: write(0)
    case .mapInternals: write(1)
    case .counter: write(2)
    case .unknown: write(3)
    case .function(let symbol):
      write(4)
      write(symbol)
    case .received: write(5)
    case .recovered: write(6)
    }
  }

  private mutating func write(_ access: MapAccess) {
    write(access.kind.number)
    write(access.map)
    write(access.mapType)
    write(access.key)
    write(access.value)
    write(access.found)
    write(access.isConditional)
    write(access.mapRange)
    write(access.keyRange)
  }
}

extension ArchiveReader {
  mutating func operation() -> Operation {
    switch number() {
    case 0: return .constant(into: variable(), constant())
    case 1: return .copy(into: variable(), from: variable())
    case 2: return .convert(into: variable(), from: variable(), one(of: Conversion.all))
    case 3: return .fresh(into: variable(), origin())
    case 4: return .compute(into: variable(), from: variables())
    case 5: return .address(into: variable(), of: path())
    case 6: return .load(into: variable(), from: path())
    case 7: return .store(to: path(), from: variable())
    case 8: return .mapMake(into: variable())
    case 9: return .map(mapAccess())
    case 10: return .call(int32())
    case 11: return .lock(path(), flag() ? .exclusive : .shared)
    case 12: return .unlock(path(), flag() ? .exclusive : .shared)
    case 13: return .use(variable())
    case 14: return .escape(variable())
    default:
      fail()
      return .mapMake(into: VariableID(rawValue: 0))
    }
  }

  /// The value that stands at a number in a list that is not empty.
  mutating func one<Value>(of all: [Value]) -> Value {
    let number = number()
    if all.indices.contains(number) { return all[number] }
    fail()
    return all[0]
  }

  mutating func constant() -> Constant {
    switch number() {
    case 0: return .nil
    case 1: return .zero
    case 2: return .true
    case 3: return .false
    case 4: return .other
    case 5: return .integer(Int64(number()))
    case 6: return .string(symbol())
    default:
      fail()
      return .other
    }
  }

  private mutating func origin() -> Origin {
    switch number() {
    case 0: return .managed
    case 1: return .mapInternals
    case 2: return .counter
    case 3: return .unknown
    case 4: return .function(symbol())
    case 5: return .received
    case 6: return .recovered
    default:
      fail()
      return .unknown
    }
  }

  private mutating func mapAccess() -> MapAccess {
    MapAccess(
      one(of: MapAccess.Kind.all), map: path(), mapType: int32(), key: optionalVariable(), value: optionalVariable(),
      found: optionalVariable(), isConditional: flag(), mapRange: range(), keyRange: range())
  }
}

extension Conversion {
  /// All conversions, in the order of `number`.
  static let all: [Conversion] = [.pointer, .pointerToInteger, .integerToPointer, .interface, .value, .unretained]

  var number: Int {
    switch self {
    case .pointer: 0
    case .pointerToInteger: 1
    case .integerToPointer: 2
    case .interface: 3
    case .value: 4
    case .unretained: 5
    }
  }
}

extension MapAccess.Kind {
  /// All kinds, in the order of `number`.
  static let all: [MapAccess.Kind] = [.store, .load, .delete, .loadAndDelete, .clear, .next, .count]

  var number: Int {
    switch self {
    case .store: 0
    case .load: 1
    case .delete: 2
    case .loadAndDelete: 3
    case .clear: 4
    case .next: 5
    case .count: 6
    }
  }
}
