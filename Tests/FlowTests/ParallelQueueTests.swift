import Foundation
import TestSupport
import Testing

@testable import Flow

@Suite struct ParallelQueueTests {
  /// What the threads of a test saw, in the order in which they saw it.
  private final class Journal: @unchecked Sendable {
    // Unchecked: `entries` is read and written under `lock` only.
    private let lock = NSLock()
    private var entries: [Int] = []

    func note(_ number: Int) {
      lock.withLock {
        entries.append(number)
      }
    }

    var order: [Int] { lock.withLock { entries } }
  }

  @Test(arguments: [1, 2, 7, 64]) func resultsStandInTheOrderOfTheInputs(threads: Int) {
    let inputs = Array(0..<1000)
    #expect(ParallelQueue(threads: threads).map(inputs) { "\($0)" } == inputs.map { "\($0)" })
    #expect(ParallelQueue(threads: threads).map([Int]()) { $0 } == [])
  }

  @Test func threadsBelowOneAreOne() {
    #expect(ParallelQueue(threads: 0).map([1, 2, 3]) { $0 * 2 } == [2, 4, 6])
  }

  @Test(arguments: [UInt64(1), 2, 3, 4, 5, 6, 7, 8]) func dependenciesRunBefore(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    func next(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &random) }
    let count = 200
    // Edges only to smaller numbers: no cycle.
    let dependencies = (0..<count).map { number in number == 0 ? [] : (0..<next(5)).map { _ in next(number) } }
    let journal = Journal()
    ParallelQueue(threads: 4).forEach(dependencies: dependencies) { journal.note($0) }
    let order = journal.order
    #expect(order.sorted() == Array(0..<count), "seed \(seed)")
    var position = [Int](repeating: 0, count: count)
    for (index, number) in order.enumerated() { position[number] = index }
    for (number, needed) in dependencies.enumerated() {
      for other in needed { #expect(position[other] < position[number], "seed \(seed): \(other) before \(number)") }
    }
  }

  @Test func cyclesLoseNoWork() {
    let journal = Journal()
    // 0 waits for nobody; 1 and 2 wait for one another; 3 waits for them; 4 for itself.
    ParallelQueue(threads: 3).forEach(dependencies: [[], [2], [1], [1, 2], [4]]) { journal.note($0) }
    #expect(journal.order.sorted() == [0, 1, 2, 3, 4])
  }

  /// As deep as a parser may recurse.
  @Test func stacksAreLarge() {
    @Sendable func depth(_ left: Int) -> Int {
      withUnsafeTemporaryAllocation(byteCount: 1024, alignment: 8) { buffer in
        buffer[0] = UInt8(truncatingIfNeeded: left)
        return left == 0 ? Int(buffer[0]) : depth(left - 1) + 1
      }
    }
    #expect(ParallelQueue(threads: 2).map([8_000, 8_000]) { depth($0) } == [8_000, 8_000])
  }
}
