import Findings
import Testing

@testable import Flow

private let prelude = """
  global registry: map(plain, plain)
  global mu: aggregate
  global other: aggregate
  field T.m: map(plain, plain)
  field T.mu: aggregate

  """

private func check(_ text: String, _ rule: String) -> [String] {
  let program = TextualProgram(prelude + text)
  let offset = prelude.split(separator: "\n", omittingEmptySubsequences: false).count - 1
  return RuleRegistry.findings(in: program.analysis).filter { $0.rule == rule }.map {
    "\($0.severity) \($0.place.line - offset)"
  }
}

/// Goroutines, locks and callbacks, where examples in Go would need a screen each.
@Suite struct ConcurrencyRuleTests {
  private let put = "func put(s: managed, k: plain) {\n s.T.m[k] = k\n}\n"

  @Test func goroutinesOfALoopRace() {
    #expect(check(put + "func f(s: managed) {\n for i, j in registry {\n go put(s, k)\n }\n}", "BM014") == ["red 2"])
    // Each round has an object of its own.
    #expect(check(put + "func f() {\n for i, j in registry {\n s = new\n go put(s, k)\n }\n}", "BM014") == [])
    // Each round waits.
    #expect(
      check(put + "func f(s: managed) {\n for i, j in registry {\n go put(s, k)\n x = received\n }\n}", "BM014") == [])
  }

  /// What the goroutine waits for may let only one of them go on, whichever function writes.
  @Test func goroutinesThatWaitMayBeInOrder() {
    let text =
      put
      + "func g(s: managed) {\n x = received\n put(s, k)\n}\nfunc f(s: managed) {\n for i, j in registry {\n go g(s)\n }\n}"
    #expect(check(text, "BM014") == ["yellow 2"])
  }

  @Test func twoGoroutinesRaceOnlyWhenBothRun() {
    #expect(check(put + "func f(s: managed) {\n go put(s, k)\n go put(s, j)\n}", "BM014") == ["red 2"])
    #expect(check(put + "func f(s: managed) {\n if ? {\n go put(s, k)\n } else {\n go put(s, j)\n }\n}", "BM014") == [])
    #expect(check(put + "func f(s: managed) {\n go put(s, k)\n x = received\n go put(s, j)\n}", "BM014") == [])
    #expect(check(put + "func f(s: managed, t: managed) {\n go put(s, k)\n go put(t, k)\n}", "BM014") == [])
  }

  @Test func theSpawnerRacesUntilItWaits() {
    #expect(check(put + "func f(s: managed) {\n go put(s, k)\n put(s, j)\n}", "BM014") == ["red 2"])
    #expect(check(put + "func f(s: managed) {\n put(s, j)\n go put(s, k)\n}", "BM014") == [])
    #expect(check(put + "func f(s: managed) {\n go put(s, k)\n x = received\n put(s, j)\n}", "BM014") == [])
  }

  @Test func onlyALockForWritingKeepsWritersApart() {
    func locked(_ word: String) -> String {
      "func put(s: managed, k: plain) {\n \(word) s.T.mu\n s.T.m[k] = k\n}\nfunc f(s: managed) {\n for i, j in registry {\n go put(s, k)\n }\n}"
    }
    #expect(check(locked("lock"), "BM014") == [])
    #expect(check(locked("rlock"), "BM014") == ["red 3"])
  }

  @Test func registriesNeedACommonLock() {
    func program(_ callback: String, _ other: String) -> String {
      "exported func on(k: plain) {\n \(callback)\n v = registry[k]\n}\nfunc add(k: plain) {\n \(other)\n registry[k] = k\n}"
    }
    #expect(check(program("use k", "use k"), "BM013") == ["yellow 3"])
    #expect(check(program("lock mu", "lock mu"), "BM013") == [])
    #expect(check(program("rlock mu", "lock mu"), "BM013") == [])
    #expect(check(program("lock other", "lock mu"), "BM013") == ["yellow 3"])
  }

  @Test func callersMayHoldTheLock() {
    let program = """
      func find(k: plain) {
        v = registry[k]
      }
      exported func on(k: plain) {
        lock mu
        find(k)
      }
      func add(k: plain) {
        lock mu
        registry[k] = k
      }
      """
    #expect(check(program, "BM013") == [])
  }
}
