import Testing

/// Counts instances alive; one that ends twice, or never, is seen.
final class Lifetimes {
  private(set) var alive = 0

  /// An instance that is counted.
  final class Tracked: Hashable, CustomStringConvertible {
    let number: Int
    private let lifetimes: Lifetimes
    private var isAlive = true

    init(_ number: Int, in lifetimes: Lifetimes) {
      self.number = number
      self.lifetimes = lifetimes
      lifetimes.alive += 1
    }

    deinit {
      precondition(isAlive, "ended twice")
      isAlive = false
      lifetimes.alive -= 1
    }

    static func == (left: Tracked, right: Tracked) -> Bool {
      precondition(left.isAlive && right.isAlive, "compared after its end")
      return left.number == right.number
    }

    func hash(into hasher: inout Hasher) {
      precondition(isAlive, "hashed after its end")
      hasher.combine(number)
    }

    var description: String { "\(number)" }
  }

  /// Runs a function and expects that nothing it made is alive afterwards.
  static func expectNoLeaks(
    sourceLocation: SourceLocation = #_sourceLocation, _ body: (Lifetimes) throws -> Void
  ) rethrows {
    let lifetimes = Lifetimes()
    try body(lifetimes)
    #expect(lifetimes.alive == 0, sourceLocation: sourceLocation)
  }
}
