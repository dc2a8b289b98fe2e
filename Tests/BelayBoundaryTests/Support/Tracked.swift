import Synchronization

/// Counts what lives: objects of a test are made with it, and tell it when they end.
final class Census: Sendable {
  private let made = Atomic<Int>(0)
  private let gone = Atomic<Int>(0)

  var live: Int { made.load(ordering: .acquiring) - gone.load(ordering: .acquiring) }
  var ended: Int { gone.load(ordering: .acquiring) }

  fileprivate func came() { made.add(1, ordering: .acquiringAndReleasing) }
  fileprivate func went() { gone.add(1, ordering: .acquiringAndReleasing) }
}

/// An object that a census knows. Its value is spoiled when it ends, so that a read of a dead object is seen.
final class Tracked: Sendable {
  let value: Int
  private let mark = Atomic<Int>(0x600D)
  private let census: Census
  private let atEnd: (@Sendable () -> Void)?

  init(_ value: Int, in census: Census, atEnd: (@Sendable () -> Void)? = nil) {
    self.value = value
    self.census = census
    self.atEnd = atEnd
    census.came()
  }

  var isAlive: Bool { mark.load(ordering: .relaxed) == 0x600D }

  deinit {
    mark.store(0xDEAD, ordering: .relaxed)
    census.went()
    atEnd?()
  }
}
