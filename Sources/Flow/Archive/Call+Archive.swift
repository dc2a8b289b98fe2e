extension ArchiveWriter {
  mutating func write(_ call: Call) {
    switch call.callee {
    case .function(let symbol):
      write(0)
      write(symbol)
    case .interfaceMethod(let symbol):
      write(1)
      write(symbol)
    case .foreign(let symbol):
      write(2)
      write(symbol)
    case .library(let symbol):
      write(3)
      write(symbol)
    case .value(let variable):
      write(4)
      write(variable)
    }
    switch call.mode {
    case .direct: write(0)
    case .deferred: write(1)
    case .spawned: write(2)
    }
    write(call.arguments)
    write(call.argumentRanges) { $0.write($1) }
    write(call.results)
  }

  mutating func write(_ terminator: Terminator) {
    switch terminator {
    case .jump(let block):
      write(0)
      write(block.rawValue)
    case .branch(let condition, let then, let otherwise):
      write(1)
      write(condition)
      write(then.rawValue)
      write(otherwise.rawValue)
    case .fork(let blocks):
      write(2)
      write(blocks) { $0.write($1.rawValue) }
    case .return(let results):
      write(3)
      write(results)
    case .panic: write(4)
    case .unreachable: write(5)
    }
  }

  private mutating func write(_ condition: Condition) {
    switch condition.kind {
    case .isTrue(let variable):
      write(0)
      write(variable)
    case .isNil(let variable):
      write(1)
      write(variable)
    case .equal(let left, let right):
      write(2)
      write(left)
      write(right)
    case .unknown: write(3)
    }
    write(condition.isNegated)
  }
}

extension ArchiveReader {
  mutating func call() -> Call {
    let callee: Call.Callee
    switch number() {
    case 0: callee = .function(symbol())
    case 1: callee = .interfaceMethod(symbol())
    case 2: callee = .foreign(symbol())
    case 3: callee = .library(symbol())
    case 4: callee = .value(variable())
    default:
      fail()
      callee = .library(.empty)
    }
    let mode = one(of: [Call.Mode.direct, .deferred, .spawned])
    return Call(
      callee, mode: mode, arguments: variables(), argumentRanges: list { $0.range() }, results: variables())
  }

  private mutating func block() -> BlockID { BlockID(rawValue: int32()) }

  mutating func terminator() -> Terminator {
    switch number() {
    case 0: return .jump(block())
    case 1: return .branch(condition(), then: block(), otherwise: block())
    case 2: return .fork(list { $0.block() })
    case 3: return .return(variables())
    case 4: return .panic
    case 5: return .unreachable
    default:
      fail()
      return .unreachable
    }
  }

  private mutating func condition() -> Condition {
    let kind: Condition.Kind
    switch number() {
    case 0: kind = .isTrue(variable())
    case 1: kind = .isNil(variable())
    case 2: kind = .equal(variable(), variable())
    case 3: kind = .unknown
    default:
      fail()
      kind = .unknown
    }
    return Condition(kind, isNegated: flag())
  }
}
