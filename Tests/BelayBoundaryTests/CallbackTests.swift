import Synchronization
import Testing

@testable import BelayBoundary

/// Contexts of callbacks.
@Suite struct CallbackTests {
  /// What a C library does: it keeps a function and a context.
  private struct Library {
    let function: @convention(c) (UnsafeMutableRawPointer?, Int32) -> Void
    let context: UnsafeMutableRawPointer
    func fire(_ number: Int32) { function(context, number) }
  }

  private static let contexts = CallbackContexts<@Sendable (Int32) -> Void>()

  @Test func closuresAreFoundAndLateCallsAreCounted() throws {
    let sum = Counter()
    let context = try Self.contexts.register { sum.add(Int($0)) }
    let library = Library(
      function: { context, number in CallbackTests.contexts.call(context) { $0(number) } }, context: context.pointer)
    library.fire(1)
    library.fire(2)
    #expect(sum.value == 3 && context.isRegistered)
    #expect(context.cancel() && !context.cancel() && !context.isRegistered)
    library.fire(100)
    #expect(sum.value == 3 && Self.contexts.lateCalls == 1)
  }

  @Test func aOneShotIsCalledOnce() throws {
    let contexts = CallbackContexts<@Sendable () -> Int>()
    let context = try contexts.register(.once) { 5 }
    #expect(contexts.call(context.pointer) { $0() } == 5)
    #expect(contexts.call(context.pointer) { $0() } == nil)
    #expect(contexts.lateCalls == 1 && !context.cancel() && contexts.count == 0)
    #expect(contexts.call(nil) { $0() } == nil && contexts.lateCalls == 2)
  }

  @Test func ofThreadsThatCallAOneShotOneRuns() throws {
    let contexts = CallbackContexts<@Sendable () -> Void>()
    for _ in 0..<200 {
      let runs = Counter()
      let context = try contexts.register(.once) { runs.add() }
      Thread.run(3) { _ in contexts.call(context.pointer) { $0() } }
      #expect(runs.value == 1)
    }
    #expect(contexts.lateCalls == 400)
  }

  @Test func aFunctionMayCancelItselfAndIsReleasedAfterwards() throws {
    let contexts = CallbackContexts<@Sendable (UnsafeMutableRawPointer) -> Bool>()
    let census = Census()
    do {
      let held = Tracked(1, in: census)
      let context = try contexts.register { pointer in
        CallbackContext(handle: Handle(rawValue: UInt64(UInt(bitPattern: pointer))), table: contexts.table).cancel()
          && held.isAlive
      }
      #expect(contexts.call(context.pointer) { $0(context.pointer) } == true)
      #expect(!context.isRegistered)
    }
    while contexts.table.statistics.waiting > 0 { contexts.table.reclaim() }
    #expect(census.live == 0)
  }

  @Test func cancelMeetsCalls() throws {
    let contexts = CallbackContexts<@Sendable () -> Bool>()
    let census = Census()
    for round in 0..<300 {
      let held = Tracked(round, in: census)
      let context = try contexts.register { held.isAlive }
      Thread.run(2) { thread in
        if thread == 0 { context.cancel() } else { #expect(contexts.call(context.pointer) { $0() } != false) }
      }
    }
    #expect(contexts.count == 0)
  }
}
