import Synchronization

/// A number that threads add to.
final class Counter: Sendable {
  private let count = Atomic<Int>(0)

  var value: Int { count.load(ordering: .acquiring) }
  func add(_ number: Int = 1) { count.add(number, ordering: .acquiringAndReleasing) }
}
