import BelayBoundary
import BelayMap
import BelayMemory
import CRoundTrip
import Integrity

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What the boundary costs beside what programs write by hand: `boundary [repetitions=3]`. Lines are `subject,contender,threads,nanoseconds`, wall time over all operations of
/// all threads, the median of the repetitions.
@main
struct BoundaryBench {
  // Set before anything is measured.
  nonisolated(unsafe) static var repetitions = 3

  static func main() throws {
    for argument in CommandLine.arguments.dropFirst() {
      let parts = argument.split(separator: "=")
      guard parts.count == 2, parts[0] == "repetitions", let number = Int(parts[1]) else {
        fatalError("boundary: no option '\(argument)'")
      }
      repetitions = number
    }
    try callbacks()
    arenas()
    try registries()
    integrity()
  }

  static func report(_ subject: String, _ contender: String, threads: Int = 1, operations: Int, _ body: () -> Double) {
    let times = (0..<repetitions).map { _ in body() / Double(operations) }.sorted()
    let hundredths = Int((times[times.count / 2] * 100).rounded())
    let rest = hundredths % 100
    print("\(subject),\(contender),\(threads),\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)")
  }

  static func time(_ body: () -> Void) -> Double {
    let start = Threads.now()
    body()
    return Double(Threads.now() - start)
  }

  // MARK: Callbacks

  final class Sink: @unchecked Sendable {
    // Sendable holds because one thread uses it.
    var sum: UInt64 = 0
    @inline(never) func add(_ number: UInt64) { sum &+= number }
  }

  static let contexts = CallbackContexts<Sink>()
  static let sinks = HandleTable<Sink>()

  static func callbacks() throws {
    let count = 4_000_000
    let sink = Sink()
    let context = try contexts.register(.repeated, sink)
    let handle = try sinks.insert(sink)
    report("callback", "unmanaged", operations: count) {
      time {
        round_trip(
          { context, number in Unmanaged<Sink>.fromOpaque(context!).takeUnretainedValue().add(number) },
          Unmanaged.passUnretained(sink).toOpaque(), count)
      }
    }
    report("callback", "handle, withObject", operations: count) {
      time {
        round_trip(
          { context, number in
            guard let handle = Handle<Sink>(context) else { return }
            try? BoundaryBench.sinks.withObject(handle) { $0.add(number) }
          }, handle.context, count)
      }
    }
    report("callback", "CallbackContexts", operations: count) {
      time {
        round_trip(
          { context, number in BoundaryBench.contexts.call(context) { $0.add(number) } }, context.pointer, count)
      }
    }
    if sink.sum == 1 { print("!") }
  }

  // MARK: Arenas

  /// A struct with a string, as C libraries have them.
  struct Row: BitwiseCopyable {
    var name: UnsafePointer<CChar>?
    var number: UInt64
  }

  static func arenas() {
    let count = 1_000_000
    report("a million structs with strings, made", "arena", operations: count) {
      let arena = ForeignArena()
      let duration = time { fill(arena, count) }
      arena.end()
      return duration
    }
    report("a million structs with strings, ended", "arena", operations: 1) {
      let arena = ForeignArena()
      fill(arena, count)
      let start = Threads.now()
      arena.end()
      return Double(Threads.now() - start)
    }
    report("a million structs with strings, made", "malloc", operations: count) {
      var rows: [UnsafeMutablePointer<Row>] = []
      rows.reserveCapacity(count)
      let duration = time { for number in 0..<count { rows.append(allocated(number)) } }
      for row in rows { release(row) }
      return duration
    }
    report("a million structs with strings, ended", "malloc", operations: 1) {
      let rows = (0..<count).map { allocated($0) }
      return time { for row in rows { release(row) } }
    }
  }

  static let text = "the name of a session"

  static func fill(_ arena: borrowing ForeignArena, _ count: Int) {
    do {
      let rows = try arena.zeros(count, of: Row.self)
      for number in 0..<count {
        rows.pointer[number] = Row(name: try arena.string(text).pointer, number: UInt64(number))
      }
    } catch { fatalError("\(error)") }
  }

  @inline(never) static func allocated(_ number: Int) -> UnsafeMutablePointer<Row> {
    let row = malloc(MemoryLayout<Row>.size)!.bindMemory(to: Row.self, capacity: 1)
    row.initialize(to: Row(name: strdup(text), number: UInt64(number)))
    return row
  }

  @inline(never) static func release(_ row: UnsafeMutablePointer<Row>) {
    free(UnsafeMutablePointer(mutating: row.pointee.name))
    free(row)
  }

  // MARK: Registries

  static func registries() throws {
    let ids = 1000
    let registry = SharedRegistry<UInt64, UInt64>()
    let locked = LockedRegistry()
    for id in 0..<UInt64(ids) {
      let pointer = UnsafeMutablePointer<UInt64>.allocate(capacity: 1)
      pointer.initialize(to: id)
      try registry.add(id, pointer) { $0.deallocate() }
      locked.add(id, pointer)
    }
    for threads in [1, 2] {
      let rounds = 2_000_000 / threads
      report("acquire and release", "SharedRegistry", threads: threads, operations: rounds * threads) {
        Threads.measure(threads) { thread in
          var id = Scatter(thread, ids)
          var sum: UInt64 = 0
          for _ in 0..<rounds {
            let id = id.next()
            sum &+= (try? registry.acquire(id))?.pointee ?? 0
            _ = try? registry.release(id)
          }
          if sum == 1 { print("!") }
        }
      }
      report("acquire and release", "mutex and dictionary", threads: threads, operations: rounds * threads) {
        Threads.measure(threads) { thread in
          var id = Scatter(thread, ids)
          var sum: UInt64 = 0
          for _ in 0..<rounds {
            let id = id.next()
            sum &+= locked.acquire(id)?.pointee ?? 0
            locked.release(id)
          }
          if sum == 1 { print("!") }
        }
      }
    }
  }

  /// Ids in a scattered order.
  struct Scatter {
    private var state: UInt64
    private let count: UInt64

    init(_ thread: Int, _ count: Int) {
      state = UInt64(thread) * 7919 + 1
      self.count = UInt64(count)
    }

    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return ((state >> 33) &* count) >> 31
    }
  }

  // MARK: Integrity

  static func integrity() {
    for count in [1000, 100_000, 1_000_000] {
      let map = BucketMap<UInt64, UInt64>()
      for key in 0..<UInt64(count) { map[key &* 0x9E37_79B9_7F4A_7C15] = key }
      let monitor = IntegrityMonitor { fatalError("\($0)") }
      monitor.watch(map, as: "map")
      report("integrity, an entry of \(count)", "check", operations: count) { time { monitor.check() } }
      var sum: UInt64 = 0
      report("integrity, an entry of \(count)", "iteration alone", operations: count) {
        time { for (_, value) in map { sum &+= value } }
      }
      if sum == 1 { print("!") }
    }
    let idle = IntegrityMonitor(interval: .seconds(3600)) { fatalError("\($0)") }
    idle.check()
    report("integrity", "checkIfDue, not due", operations: 1_000_000) {
      time { for _ in 0..<1_000_000 { idle.checkIfDue() } }
    }
    let functions = IntegrityMonitor { fatalError("\($0)") }
    functions.watch(FunctionTable(["malloc", "free", "calloc", "realloc"]))
    report("integrity, a function", "check", operations: 4000) { time { for _ in 0..<1000 { functions.check() } } }
  }
}
