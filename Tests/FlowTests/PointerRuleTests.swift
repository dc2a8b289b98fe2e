import Findings
import Testing

@testable import Flow

/// Declarations that most programs below need.
private let prelude = """
  foreign thing_new allocates thing_free
  foreign thing_free frees 0
  foreign text_new allocates free
  foreign thing_ref retains 0
  foreign thing_unref releases 0
  foreign thing_close frees 0 whenZero
  foreign widget_free name frees 0
  foreign thing_use borrows 0
  global registry: map(ptr, plain)
  global byID: map(plain, ptr)
  field T.m: map(plain, ptr)
  field T.h: ptr

  """

/// The rules that look at a pointer on its way; BM005 and the others have tests of their own.
private let rules: Set = ["BM001", "BM002", "BM003", "BM006", "BM007", "BM019"]

/// The findings of a program as `rule severity line`, lines counted from the first one after the prelude.
private func check(_ text: String) -> [String] {
  let program = TextualProgram(prelude + text)
  let offset = prelude.split(separator: "\n", omittingEmptySubsequences: false).count - 1
  return RuleRegistry.findings(in: program.analysis) { rules.contains($0.id) }.map {
    "\($0.rule) \($0.severity) \($0.place.line - offset)"
  }
}

@Suite struct PointerRuleTests {
  @Test func useAfterFreeThroughTheMap() {
    #expect(
      check(
        """
        func f(k: plain) {
          p = C.thing_new()
          byID[k] = p
          C.thing_free(p)
          q = byID[k]
          C.thing_use(q)
        }
        """) == ["BM001 red 6"])
  }

  @Test func useAfterFreeAcrossFunctions() {
    #expect(
      check(
        """
        func close(k: plain) {
          p = byID[k]
          C.thing_free(p)
        }
        func lookup(k: plain) -> ptr {
          p = byID[k]
          return p
        }
        func f(k: plain) {
          close(k)
          q = lookup(k)
          C.thing_use(q)
        }
        """) == ["BM007 red 3", "BM001 red 12"])
  }

  @Test func useAfterFreeInALoopOverTheMap() {
    #expect(
      check(
        """
        func f(p: ptr) {
          registry[p] = x
          C.thing_free(p)
          for q in registry {
            C.thing_use(q)
          }
        }
        """) == ["BM001 red 5"])
  }

  @Test func freedWhileMapped() {
    #expect(
      check(
        """
        func f(k: plain) {
          p = C.thing_new()
          byID[k] = p
          C.thing_free(p)
        }
        """) == ["BM002 red 4"])
  }

  @Test func freedWhileMappedByDefer() {
    #expect(
      check(
        """
        func f(p: ptr) {
          defer C.thing_free(p)
          registry[p] = x
        }
        """) == ["BM002 red 2"])
  }

  @Test func removalByDeferRunsInItsOrder() {
    #expect(
      check(
        """
        func remove(p: ptr) {
          delete registry[p]
        }
        func f(p: ptr) {
          defer C.thing_free(p)
          registry[p] = x
          defer remove(p)
        }
        """) == [])
  }

  @Test func freedOnSomeWaysOnlyIsYellow() {
    #expect(
      check(
        """
        func f(p: ptr) {
          registry[p] = x
          C.thing_free(p)
          if ? {
            return
          }
          registry = make
        }
        """) == ["BM002 yellow 3"])
  }

  @Test func aLocalMapDiesWithTheFunction() {
    #expect(
      check(
        """
        func f(k: plain) {
          m = make map(plain, ptr)
          p = C.thing_new()
          m[k] = p
          C.thing_free(p)
        }
        """) == [])
  }

  @Test func clearedOrReplacedMapsAreSilent() {
    #expect(
      check(
        """
        func a(s: managed) {
          for k, v in s.T.m {
            C.thing_free(v)
          }
          s.T.m = make
        }
        func b(s: managed) {
          for k, v in s.T.m {
            C.thing_free(v)
          }
          clear s.T.m
        }
        func c(s: managed) {
          old = s.T.m
          s.T.m = nil
          for k, v in old {
            C.thing_free(v)
          }
        }
        func d(s: managed) {
          for k, v in s.T.m {
            delete s.T.m[k]
            C.thing_free(v)
          }
        }
        """) == [])
  }

  @Test func removedUnderTheLockBeforeTheFree() {
    #expect(
      check(
        """
        func f(s: managed, k: plain) {
          lock s.mu
          p, ok = s.T.m[k]
          delete s.T.m[k]
          unlock s.mu
          if ok {
            C.thing_free(p)
          }
        }
        """) == [])
  }

  @Test func freeOfBorrowed() {
    #expect(
      check(
        """
        func f(s: managed, k: plain) {
          p, ok = s.T.m[k]
          if !ok {
            return
          }
          C.thing_free(p)
        }
        """) == ["BM007 red 6"])
  }

  @Test func aLoopThatFreesEverythingAndKeepsTheEntries() {
    #expect(
      check(
        """
        func reset() {
          for k, v in byID {
            C.thing_free(v)
          }
        }
        """) == ["BM007 red 3"])
  }

  @Test func freeBeforeRemoveOfAGlobalIsRed() {
    #expect(
      check(
        """
        func f(p: ptr) {
          C.thing_free(p)
          delete registry[p]
        }
        """) == ["BM003 red 2"])
  }

  @Test func freeBeforeRemoveUnderOneLockIsYellow() {
    #expect(
      check(
        """
        func f(p: ptr) {
          lock registryLock
          C.thing_free(p)
          delete registry[p]
          unlock registryLock
        }
        """) == ["BM003 yellow 3"])
  }

  @Test func freeBeforeRemoveAcrossFunctions() {
    #expect(
      check(
        """
        func remove(p: ptr) {
          delete registry[p]
        }
        func f(p: ptr) {
          C.thing_free(p)
          remove(p)
        }
        """) == ["BM003 red 5"])
  }

  @Test func compareAndDeleteIsSilent() {
    #expect(
      check(
        """
        func f(k: plain, p: ptr) {
          q, ok = byID[k]
          if ok {
            if equal q p {
              delete byID[k]
            }
          }
          C.thing_free(p)
        }
        """) == [])
  }

  @Test func namesAloneAreNeverRed() {
    #expect(
      check(
        """
        func f(p: ptr) {
          registry[p] = x
          C.widget_free(p)
        }
        """) == ["BM002 yellow 3"])
  }

  @Test func aSecondReferenceKeepsItAlive() {
    #expect(
      check(
        """
        func f(p: ptr) {
          C.thing_ref(p)
          registry[p] = x
          C.thing_unref(p)
        }
        """) == [])
  }

  @Test func successDecidesWhatIsFreed() {
    #expect(
      check(
        """
        func f(p: ptr) {
          registry[p] = x
          rc = C.thing_close(p)
          if !nil rc {
            return
          }
          delete registry[p]
        }
        """) == ["BM003 red 3"])
    #expect(
      check(
        """
        func f(p: ptr) {
          rc = C.thing_close(p)
          if !nil rc {
            delete registry[p]
          }
        }
        """) == [])
  }

  @Test func callersThatRemoveMendTheCallee() {
    #expect(
      check(
        """
        func free(s: managed, k: plain) {
          p = s.T.m[k]
          C.thing_free(p)
        }
        func f(s: managed, k: plain) {
          free(s, k)
          delete s.T.m[k]
        }
        """) == [])
  }

  @Test func anOwnerThatEndsIsSilent() {
    #expect(
      check(
        """
        func close(s: managed) {
          for k, v in s.T.m {
            C.thing_free(v)
          }
          h = s.T.h
          C.thing_free(h)
        }
        """) == [])
  }

  @Test func closuresSeeTheVariablesOfTheirFunction() {
    #expect(
      check(
        """
        func f(p: ptr) {
          registry[p] = x
          g = func f.func1
          defer value:g()
          C.thing_use(p)
        }
        closure f.func1 of f captures p () {
          delete registry[p]
          C.thing_free(p)
        }
        """) == [])
  }

  @Test func anEarlyReturnSkipsTheRemoval() {
    #expect(
      check(
        """
        func f(p: ptr) {
          registry[p] = x
          if ? {
            return
          }
          delete registry[p]
        }
        """) == ["BM019 yellow 2"])
  }

  @Test func aRemovalOnFailureIsSilent() {
    #expect(
      check(
        """
        func f(p: ptr) {
          registry[p] = x
          if ? {
            delete registry[p]
            return
          }
          return
        }
        """) == [])
  }

  @Test func overwrittenAllocationsLeak() {
    #expect(
      check(
        """
        func f(k: plain) {
          p = C.text_new()
          byID[k] = p
        }
        """) == ["BM006 yellow 3"])
    #expect(
      check(
        """
        func f(k: plain) -> ptr {
          p, ok = byID[k]
          if ok {
            return p
          }
          q = C.thing_new()
          byID[k] = q
          return q
        }
        """) == [])
  }

  @Test func removedAllocationsLeak() {
    #expect(
      check(
        """
        func put(k: plain) {
          old, ok = byID[k]
          if !ok {
            p = C.thing_new()
            byID[k] = p
          }
        }
        func drop(k: plain) {
          delete byID[k]
        }
        """) == ["BM006 yellow 9"])
  }

  @Test func methodsOfInterfacesAreFoundWhereTheTypeIsKnown() {
    #expect(
      check(
        """
        implements End p.managed.End p.a.End p.b.End p.c.End
        func p.managed.End(s: managed) -> ptr {
          h = s.T.h
          return h
        }
        func p.a.End(s: aggregate) {
        }
        func p.b.End(s: aggregate) {
        }
        func p.c.End(s: aggregate) {
        }
        func remove(c: error) {
          h = iface:End(c)
          delete registry[h]
        }
        func f(s: managed) {
          h = s.T.h
          C.thing_free(h)
          remove(s)
        }
        """) == ["BM003 red 18"])
  }

  @Test func aDeferredUnlockGivesTheLockBack() {
    #expect(
      check(
        """
        func remove(p: ptr) {
          lock registryLock
          a = &registryLock
          defer library:sync.Locker.Unlock(a)
          delete registry[p]
        }
        func f(p: ptr) {
          C.thing_free(p)
          remove(p)
        }
        """) == ["BM003 red 8"])
  }
}
