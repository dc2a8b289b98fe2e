import Synchronization
import Testing

@testable import BelayBoundary

#if DEBUG
  /// Every order of the steps of a few operations, each in a process of its own, so that no other thread has a record.
  @Suite struct HandleInterleavingTests {
    /// What a scenario shares.
    final class Table: Sendable {
      let census = Census()
      let table: HandleTable<Tracked>
      let handle: Handle<Tracked>

      init(generations: UInt32 = 1000) {
        table = HandleTable(reclamation: .byCaller, generations: generations)
        handle = try! table.insert(Tracked(1, in: census))
      }

      /// Looks at the object without asking why it is gone.
      func read() {
        _ = try? table.withObject(handle) { object in
          HandleStep.reached(.looked)
          precondition(object.isAlive && object.value == 1, "a dead or another object was read")
        }
      }

      func expectAllEnded(_ made: Int) {
        while table.statistics.waiting > 0 { table.reclaim() }
        precondition(census.live == table.count, "\(census.live) objects live, \(table.count) handles")
        precondition(census.ended + census.live == made, "an end ran twice, or never")
      }
    }

    @Test func readAgainstRemoveAndReuse() async {
      await #expect(processExitsWith: .success) {
        let orders = Interleavings.explore(limit: 20_000) {
          let shared = Table()
          return (
            [
              { shared.read() },
              {
                try? shared.table.remove(shared.handle)
                shared.table.reclaim()
                _ = try? shared.table.insert(Tracked(2, in: shared.census))
              },
            ], { shared.expectAllEnded(2) }
          )
        }
        precondition((orders ?? 0) > 10, "\(orders ?? -1) orders")
      }
    }

    @Test(arguments: 0..<12) func aThreadThatComesWhileAnotherIsAlone(seed: UInt64) async {
      // Nobody has read before: the first to read is alone until the other comes.
      await #expect(processExitsWith: .success) { [seed] in
        let shared = Table()
        ThreadRecords.giveBack()
        Interleavings.once(
          seed: seed,
          [
            { shared.read() },
            {
              if seed % 2 == 0 { shared.read() }
              try? shared.table.remove(shared.handle)
              _ = try? shared.table.insert(Tracked(2, in: shared.census))
            },
          ])
        shared.expectAllEnded(2)
      }
    }

    @Test func twoReleasesOfTheLastReference() async {
      await #expect(processExitsWith: .success) {
        let orders = Interleavings.explore(limit: 20_000) {
          let shared = Table()
          let ended = Counter()
          let refused = Counter()
          let release: @Sendable () -> Void = {
            do throws(HandleError) {
              if try shared.table.release(shared.handle) { ended.add() }
            } catch {
              precondition(error == .doubleRelease(shared.handle.rawValue))
              refused.add()
            }
          }
          return (
            [release, release],
            {
              precondition(ended.value == 1 && refused.value == 1)
              shared.expectAllEnded(1)
            }
          )
        }
        precondition((orders ?? 0) > 5, "\(orders ?? -1) orders")
      }
    }

    @Test func acquireAgainstTheLastRelease() async {
      await #expect(processExitsWith: .success) {
        let orders = Interleavings.explore(limit: 20_000) {
          let shared = Table()
          return (
            [
              {
                do throws(HandleError) {
                  try shared.table.retain(shared.handle)
                  shared.read()
                  precondition(shared.table.contains(shared.handle), "ended under its reference")
                  try shared.table.release(shared.handle)
                } catch {
                  precondition(error == .stale(shared.handle.rawValue))
                }
              },
              {
                precondition((try? shared.table.release(shared.handle)) != nil)
                shared.table.reclaim()
              },
            ], { shared.expectAllEnded(1) }
          )
        }
        precondition((orders ?? 0) > 10, "\(orders ?? -1) orders")
      }
    }

    @Test func removalFromTwoThreadsWhileAThirdReads() async {
      await #expect(processExitsWith: .success) {
        let orders = Interleavings.explore(limit: 1500) {
          let shared = Table()
          return (
            [
              { shared.read() },
              { _ = try? shared.table.release(shared.handle) },
              { _ = try? shared.table.remove(shared.handle) },
            ], { shared.expectAllEnded(1) }
          )
        }
        precondition((orders ?? 1500) > 10, "\(orders ?? -1) orders")
      }
    }

    @Test func growthWhileAnotherThreadReadsAndInserts() async {
      await #expect(processExitsWith: .success) {
        let orders = Interleavings.explore(limit: 300) {
          let shared = Table()
          // All but two slots of the first segment: the next inserts grow the table.
          let filler = Tracked(0, in: Census())
          for _ in 0..<1021 { _ = try? shared.table.insert(filler) }
          return (
            [
              {
                shared.read()
                let other = try! shared.table.insert(Tracked(2, in: shared.census))
                precondition(shared.table[other]?.value == 2)
              },
              {
                let other = try! shared.table.insert(Tracked(3, in: shared.census))
                precondition(shared.table[other]?.value == 3)
                try? shared.table.remove(shared.handle)
              },
            ],
            {
              precondition(shared.table.count == 1023)
              while shared.table.statistics.waiting > 0 { shared.table.reclaim() }
              precondition(shared.census.live == 2)
            }
          )
        }
        precondition((orders ?? 300) > 10, "\(orders ?? -1) orders")
      }
    }
  }
#endif
