import Foundation
import TestSupport
import Testing

@testable import StackTraces

struct StackTraceTests {
  @Test func namesTheFunctionsItCameThrough() {
    let trace = outerFunctionOfTheTrace()
    #expect(trace.addresses.count > 3)
    let lines = trace.description.split(separator: "\n")
    #expect(lines[0].contains("innerFunctionOfTheTrace"))
    #expect(lines[1].contains("outerFunctionOfTheTrace"))
  }

  @Test func writesNamesAsTheSourceDoes() {
    #expect(
      Demangler.demangle("$s4main5outer33_8AD29BF14BBC57065A48F4FED08287D3LLSiyF") == "main.outer() -> Swift.Int")
    #expect(Demangler.demangle("malloc") == "malloc")
  }

  @Test func keepsToItsLimit() {
    #expect(StackTrace.capture(limit: 2).addresses.count == 2)
    let all = StackTrace.capture(limit: 64)
    let fewer = StackTrace.capture(limit: 64, skipping: 1)
    #expect(fewer.addresses.count == all.addresses.count - 1)
  }

  @Test func describesAnAddressOutsideOfCode() {
    #expect(StackTrace(addresses: [16]).description == "0x10")
  }

  @Test func findsNothingInAFileThatIsNotThere() {
    #expect(ModuleSymbols(path: "/does/not/exist").symbol(atFileOffset: 4096) == nil)
  }

  /// Whatever the bytes are, nothing outside of them is read: the address sanitizer watches.
  @Test func readsDamagedFiles() throws {
    let path = try #require(LoadedModules.current().modules.map(\.path).first)
    var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    let seed = SeededRandom.anySeed
    print("seed \(seed)")
    var random = SeededRandom(seed: seed)
    func next(below bound: Int) -> Int { Int.random(in: 0..<bound, using: &random) }
    for round in 0..<60 {
      // Half of the changes hit the header, where they do most harm.
      let place = next(below: round.isMultiple(of: 2) ? min(64, bytes.count) : bytes.count)
      let kept = bytes[place]
      bytes[place] = UInt8(next(below: 256))
      for length in [next(below: bytes.count), next(below: 200), bytes.count] {
        // A copy of its own, so that its end is the end of an allocation.
        Array(bytes[..<min(length, bytes.count)]).withUnsafeBytes {
          _ = ModuleSymbols(bytes: $0).symbol(atFileOffset: UInt64(next(below: 1 << 24)))
        }
      }
      bytes[place] = kept
    }
  }
}

@inline(never)
private func outerFunctionOfTheTrace() -> StackTrace {
  let trace = innerFunctionOfTheTrace()
  return StackTrace(addresses: trace.addresses + [])
}

@inline(never)
private func innerFunctionOfTheTrace() -> StackTrace {
  let trace = StackTrace.capture()
  return StackTrace(addresses: trace.addresses + [])
}
