import Synchronization

/// Handle tables by their operations: `handles [live=1000,100000] [threads=1,2] [contenders=belay,…] [repetitions=3] [only=scoped]`. Lines are
/// `contender,operation,live,threads,nanoseconds`, wall time over all operations of all threads, the median of the repetitions.
@main
struct Handles {
  var live = [0, 1000, 100_000, 1_000_000]
  var threads = [1, 2]
  var contenders = ["belay", "swift-dict-mutex"]
  var repetitions = 3
  var only: String?

  static func main() {
    var run = Handles()
    for argument in CommandLine.arguments.dropFirst() {
      let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2 else { fatalError("handles: no option '\(argument)'") }
      let list = parts[1].split(separator: ",").map(String.init)
      switch parts[0] {
      case "live": run.live = list.compactMap { Int($0) }
      case "threads": run.threads = list.compactMap { Int($0) }
      case "contenders": run.contenders = list
      case "repetitions": run.repetitions = Int(parts[1]) ?? 3
      case "only": run.only = parts[1]
      default: fatalError("handles: no option '\(argument)'")
      }
    }
    run.calibrate()
    for contender in run.contenders {
      switch contender {
      case BelayTable.name: run.measure(BelayTable.self)
      case LockedDictionary.name: run.measure(LockedDictionary.self)
      default: fatalError("handles: no contender '\(contender)'")
      }
    }
  }

  /// What an atomic addition takes: with 4.6 ns the machine is as fast as it gets, and figures compare with those of other runs as this one does.
  private func calibrate() {
    let word = Atomic<UInt64>(0)
    let rounds = 4_000_000
    let times = (0..<repetitions).map { _ -> Double in
      let start = Threads.now()
      for _ in 0..<rounds { word.add(1, ordering: .relaxed) }
      return Double(Threads.now() - start) / Double(rounds)
    }
    print("machine,atomic-add,0,1,\(Double(Int((times.min() ?? 0) * 100)) / 100)")
  }

  private func report<R: Registry>(
    _: R.Type, _ operation: String, live: Int, threads: Int, operations: Int, _ body: () -> Double
  ) {
    if let only, only != operation { return }
    let times = (0..<repetitions).map { _ in body() / Double(operations) }.sorted()
    let hundredths = Int((times[times.count / 2] * 100).rounded())
    print(
      "\(R.name),\(operation),\(live),\(threads),\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
    )
  }

  private func measure<R: Registry>(_ type: R.Type) {
    for live in live {
      let registry = R()
      let words = Words((0..<live).map { registry.insert(Thing(UInt64($0) + 1)) })
      for threads in threads {
        if live > 0 {
          let rounds = 4_000_000 / threads
          report(type, "scoped", live: live, threads: threads, operations: rounds * threads) {
            Threads.measure(threads) { Self.scoped(registry, words, rounds, $0) }
          }
          report(type, "strong", live: live, threads: threads, operations: rounds * threads) {
            Threads.measure(threads) { Self.strong(registry, words, rounds, $0) }
          }
          report(type, "one-hot", live: live, threads: threads, operations: rounds * threads) {
            Threads.measure(threads) { Self.hot(registry, words[0], rounds, $0) }
          }
        }
        if live <= 100_000 {
          let rounds = 1_000_000 / threads
          let things = (0..<threads).map { Thing(UInt64($0)) }
          report(type, "cycle", live: live, threads: threads, operations: rounds * threads) {
            Threads.measure(threads) { Self.cycle(registry, things[$0], rounds) }
          }
        }
      }
    }
    for threads in threads {
      let rounds = 1_000_000 / threads
      let things = (0..<threads).map { Thing(UInt64($0)) }
      let space = Words([UInt64](repeating: 0, count: rounds * threads))
      var registry = R()
      report(type, "insert", live: rounds * threads, threads: threads, operations: rounds * threads) {
        registry = R()
        let target = registry
        return Threads.measure(threads) { Self.insert(target, things[$0], space, $0 * rounds, rounds) }
      }
      report(type, "release", live: rounds * threads, threads: threads, operations: rounds * threads) {
        let target = R()
        for thread in 0..<threads { Self.insert(target, things[thread], space, thread * rounds, rounds) }
        return Threads.measure(threads) { Self.release(target, space, $0 * rounds, rounds) }
      }
    }
  }

  /// Words at a fixed place, which threads use each in its part.
  final class Words: @unchecked Sendable {
    // Sendable holds because each thread writes its own part only.
    private let words: UnsafeMutablePointer<UInt64>
    let count: Int

    init(_ words: [UInt64]) {
      count = words.count
      self.words = .allocate(capacity: max(1, words.count))
      self.words.initialize(from: words, count: words.count)
    }

    deinit { words.deallocate() }

    subscript(index: Int) -> UInt64 {
      @inline(__always) get { words[index] }
      @inline(__always) set { words[index] = newValue }
    }
  }

  @inline(__always) private static func step(_ x: inout UInt64) -> UInt64 {
    x = x &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return x >> 33
  }

  @inline(never) @_specialize(where R == BelayTable)
  static func scoped<R: Registry>(_ registry: R, _ words: Words, _ rounds: Int, _ thread: Int) {
    var x = UInt64(thread) * 7919 + 1
    var sum: UInt64 = 0
    let count = UInt64(words.count)
    for _ in 0..<rounds { sum &+= registry.scoped(words[Int((step(&x) &* count) >> 31)]) }
    consume(sum)
  }

  @inline(never) @_specialize(where R == BelayTable)
  static func strong<R: Registry>(_ registry: R, _ words: Words, _ rounds: Int, _ thread: Int) {
    var x = UInt64(thread) * 7919 + 1
    let count = UInt64(words.count)
    for _ in 0..<rounds { consume(registry.strong(words[Int((step(&x) &* count) >> 31)])) }
  }

  @inline(never) @_specialize(where R == BelayTable)
  static func hot<R: Registry>(_ registry: R, _ word: UInt64, _ rounds: Int, _ thread: Int) {
    var sum: UInt64 = 0
    for _ in 0..<rounds { sum &+= registry.scoped(word) }
    consume(sum)
  }

  @inline(never) @_specialize(where R == BelayTable)
  static func cycle<R: Registry>(_ registry: R, _ thing: Thing, _ rounds: Int) {
    var sum: UInt64 = 0
    for _ in 0..<rounds {
      let word = registry.insert(thing)
      sum &+= registry.scoped(word)
      registry.end(word)
    }
    consume(sum)
  }

  @inline(never) @_specialize(where R == BelayTable)
  static func insert<R: Registry>(_ registry: R, _ thing: Thing, _ words: Words, _ first: Int, _ rounds: Int) {
    for index in first..<first + rounds { words[index] = registry.insert(thing) }
  }

  @inline(never) @_specialize(where R == BelayTable)
  static func release<R: Registry>(_ registry: R, _ words: Words, _ first: Int, _ rounds: Int) {
    for index in first..<first + rounds { registry.end(words[index]) }
  }

  @inline(never) private static func consume(_ sum: UInt64) { if sum == 0x1234_5678_9ABC_DEF0 { print("!") } }
  @inline(never) private static func consume(_ thing: Thing?) {
    if thing?.number == 0x1234_5678_9ABC_DEF0 { print("!") }
  }
}
