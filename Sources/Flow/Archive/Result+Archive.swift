// Results of the solver. Functions are written by their full names: their numbers change from run to run. What callers can see comes first, so that its bytes alone
// make the digest that their results depend on.

/// Writes and reads the results of one program's functions.
struct ResultArchive: Sendable {
  let program: Program

  /// A result as bytes, with the digest of what callers can see.
  func bytes(_ result: FunctionResult, of id: FunctionID, files: [Int32]) -> (bytes: [UInt8], digest: UInt64) {
    var writer = ArchiveWriter(symbols: program.symbols, files: files)
    writeShape(program.function(id), &writer)
    writer.write(result.values.values) { write($1, &$0) }
    write(result.summary, &writer)
    // 0 stands for no result, 1 for one that changes nothing.
    let digest = max(2, writer.bytes.withUnsafeBytes { ContentHash.hash($0) })
    writer.write(result.sites.sites) { write($1, &$0) }
    writer.write(result.events) { write($1, &$0) }
    writer.write(result.exits.sorted { $0.key.index < $1.key.index }) { writer, exit in
      writer.write(exit.key.index)
      writer.write(exit.value.released)
      writer.write(exit.value.dangling)
    }
    writer.write(result.isLockHeldAtCall.sorted { $0.key < $1.key }) { writer, call in
      writer.write(call.key)
      writer.write(call.value)
    }
    for sites in [result.localStores, result.freedAllocations] {
      writer.write(sites.map(\.index).sorted()) { $0.write($1) }
    }
    return (writer.bytes, result.summary.isTrivial ? SolvedFunction.trivialDigest : digest)
  }

  /// A result that `bytes` wrote. Of bytes that it did not write, one that says nothing.
  func result(from bytes: [UInt8], part: Range<Int>, files: [Int32]) -> FunctionResult {
    var reader = ArchiveReader(bytes, part: part, symbols: program.symbols, files: files)
    readShape(&reader)
    let values = ValueTable(reader.list { value(&$0) })
    let summary = summary(&reader)
    let result = FunctionResult(
      values: values, sites: SiteTable(reader.list { site(&$0) }), events: reader.list { event(&$0) },
      summary: summary,
      exits: Dictionary(
        reader.list { ($0.site(), FunctionResult.ExitCount(released: $0.number(), dangling: $0.number())) },
        uniquingKeysWith: { first, _ in first }),
      isLockHeldAtCall: Dictionary(reader.list { ($0.int32(), $0.flag()) }, uniquingKeysWith: { first, _ in first }),
      localStores: Set(reader.list { $0.site() }), freedAllocations: Set(reader.list { $0.site() }))
    return reader.isComplete ? result : .nothing
  }

  // MARK: Parts

  /// What callers need to know of the function itself.
  private func writeShape(_ function: Function, _ writer: inout ArchiveWriter) {
    writer.write(function.parent ?? .empty)
    writer.write(function.parameters.count)
    writer.write(function.captures) { writer, capture in
      writer.write(capture.outer)
      writer.write(capture.inner)
    }
  }

  private func readShape(_ reader: inout ArchiveReader) {
    _ = reader.symbol()
    _ = reader.number()
    _ = reader.list { ($0.variable(), $0.variable()) }
  }

  private func write(_ function: FunctionID, _ writer: inout ArchiveWriter) {
    writer.write(program.function(function).symbol)
  }

  private func function(_ reader: inout ArchiveReader) -> FunctionID {
    if let found = program.function(named: reader.symbol()) { return found }
    reader.fail()
    return FunctionID(rawValue: 0)
  }

  private func write(_ value: AbstractValue, _ writer: inout ArchiveWriter) {
    switch value.definition {
    case .globals: writer.write(0)
    case .parameter(let index):
      writer.write(1)
      writer.write(index)
    case .field(let base, let field):
      writer.write(2)
      writer.write(base)
      writer.write(field)
    case .instruction(let number, let index):
      writer.write(3)
      writer.write(number)
      writer.write(index)
    case .replayed(let number, let function, let value):
      writer.write(4)
      writer.write(number)
      write(function, &writer)
      writer.write(value)
    case .constant(let constant):
      writer.write(5)
      writer.write(constant)
    case .function(let symbol):
      writer.write(6)
      writer.write(symbol)
    case .variableAddress(let variable):
      writer.write(7)
      writer.write(variable)
    case .fieldAddress(let base, let field):
      writer.write(8)
      writer.write(base)
      writer.write(field)
    case .blurred(let value):
      writer.write(9)
      writer.write(value)
    }
    writer.write(value.type)
    writer.write(Int(value.source.rawValue))
    writer.write(value.name)
  }

  private func value(_ reader: inout ArchiveReader) -> AbstractValue {
    let definition: Definition
    switch reader.number() {
    case 0: definition = .globals
    case 1: definition = .parameter(reader.int32())
    case 2: definition = .field(reader.value(), reader.symbol())
    case 3: definition = .instruction(reader.int32(), reader.int32())
    case 4: definition = .replayed(reader.int32(), function(&reader), reader.value())
    case 5: definition = .constant(reader.constant())
    case 6: definition = .function(reader.symbol())
    case 7: definition = .variableAddress(reader.variable())
    case 8: definition = .fieldAddress(reader.value(), reader.symbol())
    case 9: definition = .blurred(reader.value())
    default:
      reader.fail()
      definition = .globals
    }
    let type = reader.type()
    let source = reader.raw(ValueSource.self) ?? .unknown
    return AbstractValue(definition: definition, type: type, source: source, name: reader.symbol())
  }

  private func write(_ summary: Summary, _ writer: inout ArchiveWriter) {
    writer.write(summary.isIncomplete)
    writer.write(summary.isTrivial)
    writer.write(summary.cases) { writer, summaryCase in
      writer.write(summaryCase.effects) { writer, placed in
        writer.write(placed.effect)
        writer.write(placed.site.index)
      }
      writer.write(summaryCase.results) { $0.write($1) }
      writer.write(summaryCase.captures.sorted { $0.key < $1.key }) { writer, capture in
        writer.write(capture.key)
        writer.write(capture.value)
      }
      writer.write(summaryCase.knowledge) { writer, known in
        writer.write(known.value)
        writer.write(known.isTrue)
      }
      writer.write(summaryCase.isPanic)
    }
  }

  private func summary(_ reader: inout ArchiveReader) -> Summary {
    let (isIncomplete, isTrivial) = (reader.flag(), reader.flag())
    let cases = reader.list { reader in
      SummaryCase(
        effects: reader.list { PlacedEffect(effect: $0.effect(), site: $0.site()) },
        results: reader.list { $0.value() },
        captures: Dictionary(reader.list { ($0.int32(), $0.value()) }, uniquingKeysWith: { first, _ in first }),
        knowledge: reader.list { Knowledge(value: $0.value(), isTrue: $0.flag()) }, isPanic: reader.flag())
    }
    return Summary(cases: cases, isIncomplete: isIncomplete, isTrivial: isTrivial)
  }

  private func write(_ site: Site, _ writer: inout ArchiveWriter) {
    writer.write(site.range)
    writer.write(site.statement)
    writer.write(site.inner != nil)
    guard let inner = site.inner else { return }
    write(inner.function, &writer)
    writer.write(inner.site.index)
  }

  private func site(_ reader: inout ArchiveReader) -> Site {
    var site = Site(range: reader.range(), statement: reader.range())
    if reader.flag() { site.inner = Site.Inner(function: function(&reader), site: reader.site()) }
    return site
  }

  private func write(_ event: FlowEvent, _ writer: inout ArchiveWriter) {
    writer.write(Int(event.kind.rawValue))
    for value in [event.map, event.key, event.pointer] { writer.write(value) }
    writer.write(Int(event.role.rawValue))
    writer.write(Int(event.origin.rawValue))
    for site in [event.stored, event.allocated, event.released, event.staleLookup, event.at] {
      writer.write(site.index)
    }
    writer.write(event.release != nil)
    if let release = event.release { writer.write(release) }
    for flag in [event.isUnderOneLock, event.isUncertain, event.isPanic, event.isDeferred, event.isOverwrite] {
      writer.write(flag)
    }
    writer.write(event.function)
  }

  private func event(_ reader: inout ArchiveReader) -> FlowEvent {
    var event = FlowEvent(kind: reader.raw(FlowEvent.Kind.self) ?? .removed)
    event.map = reader.value()
    event.key = reader.value()
    event.pointer = reader.value()
    event.role = reader.raw(FlowEvent.Role.self) ?? .value
    event.origin = reader.raw(MapEntry.Origin.self) ?? .lookedUp
    event.stored = reader.site()
    event.allocated = reader.site()
    event.released = reader.site()
    event.staleLookup = reader.site()
    event.at = reader.site()
    if reader.flag() { event.release = reader.release() }
    event.isUnderOneLock = reader.flag()
    event.isUncertain = reader.flag()
    event.isPanic = reader.flag()
    event.isDeferred = reader.flag()
    event.isOverwrite = reader.flag()
    event.function = reader.symbol()
    return event
  }
}
