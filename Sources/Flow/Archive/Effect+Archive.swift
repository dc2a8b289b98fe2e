extension ArchiveWriter {
  mutating func write(_ value: ValueNumber) { write(value.index) }

  mutating func write(_ release: Release) {
    write(release.isReference)
    write(ForeignFunction.Confidence.all.firstIndex(of: release.confidence) ?? 0)
    write(release.function)
    write(release.isLoan)
  }

  private mutating func write(_ number: Int, _ values: ValueNumber...) {
    write(number)
    for value in values { write(value) }
  }

  mutating func write(_ effect: Effect) {
    switch effect {
    case .allocate(let value, let release):
      write(0, value)
      write(release)
    case .make(let value): write(1, value)
    case .store(let base, let field, let value):
      write(2, base, value)
      write(field)
    case .mapStore(let map, let key, let value, let isConditional):
      write(3, map, key, value)
      write(isConditional)
    case .mapLoad(let map, let key, let value, let found): write(4, map, key, value, found)
    case .mapNext(let map, let key, let value, let found): write(5, map, key, value, found)
    case .mapDelete(let map, let key, let expected): write(6, map, key, expected)
    case .mapClear(let map): write(7, map)
    case .free(let value, let release):
      write(8, value)
      write(release)
    case .freeAll(let function):
      write(9)
      write(function)
    case .retain(let value): write(10, value)
    case .escape(let value): write(11, value)
    case .use(let value): write(12, value)
    case .lock(let base, let field, let mode):
      write(13, base)
      write(field)
      write(mode == .exclusive)
    case .unlock(let base, let field, let mode):
      write(14, base)
      write(field)
      write(mode == .exclusive)
    case .callValue(let function, let arguments):
      write(15, function)
      write(arguments) { $0.write($1) }
    case .callMethod(let name, let arguments, let results):
      write(16)
      write(name)
      write(arguments) { $0.write($1) }
      write(results) { $0.write($1) }
    case .unknownCall: write(17)
    }
  }
}

extension ArchiveReader {
  mutating func value() -> ValueNumber { ValueNumber(index: int32()) }
  mutating func site() -> SiteID { SiteID(index: int32()) }

  /// A value of an enumeration by its number.
  mutating func raw<Value: RawRepresentable>(_ type: Value.Type) -> Value? where Value.RawValue == UInt8 {
    let value = Value(rawValue: UInt8(truncatingIfNeeded: number()))
    if value == nil { fail() }
    return value
  }

  mutating func release() -> Release {
    Release(
      isReference: flag(), confidence: one(of: ForeignFunction.Confidence.all), function: symbol(), isLoan: flag())
  }

  mutating func effect() -> Effect {
    switch number() {
    case 0: return .allocate(value(), release: symbol())
    case 1: return .make(value())
    case 2:
      let (base, value) = (value(), value())
      return .store(base: base, field: symbol(), value)
    case 3: return .mapStore(map: value(), key: value(), value: value(), isConditional: flag())
    case 4: return .mapLoad(map: value(), key: value(), value: value(), found: value())
    case 5: return .mapNext(map: value(), key: value(), value: value(), found: value())
    case 6: return .mapDelete(map: value(), key: value(), expected: value())
    case 7: return .mapClear(map: value())
    case 8: return .free(value(), release())
    case 9: return .freeAll(function: symbol())
    case 10: return .retain(value())
    case 11: return .escape(value())
    case 12: return .use(value())
    case 13: return .lock(base: value(), field: symbol(), flag() ? .exclusive : .shared)
    case 14: return .unlock(base: value(), field: symbol(), flag() ? .exclusive : .shared)
    case 15: return .callValue(value(), list { $0.value() })
    case 16: return .callMethod(symbol(), list { $0.value() }, results: list { $0.value() })
    case 17: return .unknownCall
    default:
      fail()
      return .unknownCall
    }
  }
}

extension ForeignFunction.Confidence {
  /// All of them, in the order in which archives number them.
  static let all: [ForeignFunction.Confidence] = [.name, .model, .body]
}
