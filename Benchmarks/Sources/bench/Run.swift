#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// One contender with one kind of key and one number of entries.
struct Run<Map: Contender> {
  let name: String
  let keyName: String
  let count: Int
  let key: (UInt64) -> Map.Key

  init(_ name: String, _ keyName: String, _ count: Int, _ key: @escaping (UInt64) -> Map.Key) {
    self.name = name
    self.keyName = keyName
    self.count = count
    self.key = key
  }

  func line(_ workload: String, _ value: Double) {
    print("\(name),\(keyName),\(workload),\(count),\((value * 100).rounded() / 100)")
  }

  func run(_ workloads: Set<String>) {
    if workloads.contains("mem") { memory() }
    if workloads.contains("lat") { latency("lat", Workload.clock) }
    if workloads.contains("lat-cpu") { latency("lat-cpu", Workload.threadTime) }
    let throughputs = [
      "insert-grow", "insert-reserved", "lookup-hit", "lookup-miss", "iterate", "iterate-forms", "churn",
    ]
    if !workloads.isDisjoint(with: throughputs) { throughput(workloads) }
  }

  /// Runs a function until half a second or five rounds have passed, and gives the least time.
  func best(_ operations: Int, _ body: () -> Void) -> Double {
    var least = Int.max
    var spent = 0
    var rounds = 0
    while rounds < 2 || rounds < 5 && spent < 500_000_000 {
      let start = Workload.processorTime()
      body()
      let time = Workload.processorTime() - start
      least = min(least, time)
      spent += time
      rounds += 1
    }
    return Double(least) / Double(operations)
  }

  func throughput(_ workloads: Set<String>) {
    let keys = (0..<count).map { key(Workload.random(UInt64($0))) }
    let repeats = max(1, 1_000_000 / count)
    var sink: UInt64 = 0
    if workloads.contains("insert-grow") {
      let time = best(repeats * count) {
        for _ in 0..<repeats { sink &+= UInt64(Self.filled(keys, reserved: 0).count) }
      }
      line("insert-grow", time)
    }
    if workloads.contains("insert-reserved") {
      let time = best(repeats * count) {
        for _ in 0..<repeats { sink &+= UInt64(Self.filled(keys, reserved: count).count) }
      }
      line("insert-reserved", time)
    }
    var map = Self.filled(keys, reserved: 0)
    let queries = Workload.shuffled(count).map { key(Workload.random(UInt64($0))) }
    let others = (count..<2 * count).map { key(Workload.random(UInt64($0))) }
    precondition(Self.look(map, others) == 0, "\(name) finds what is not there")
    precondition(Self.look(map, queries) == UInt64(count) * UInt64(count + 1) / 2, "\(name) misses what is there")
    if workloads.contains("lookup-hit") {
      line("lookup-hit", best(repeats * count) { for _ in 0..<repeats { sink &+= Self.look(map, queries) } })
    }
    if workloads.contains("lookup-miss") {
      line("lookup-miss", best(repeats * count) { for _ in 0..<repeats { sink &+= Self.look(map, others) } })
    }
    if workloads.contains("iterate") {
      line("iterate", best(repeats * count) { for _ in 0..<repeats { sink &+= Self.sum(map) } })
    }
    if workloads.contains("iterate-forms") {
      for form in map.forms {
        line("iterate-\(form.name)", best(repeats * count) { for _ in 0..<repeats { sink &+= form.sum() } })
      }
    }
    if workloads.contains("churn") {
      // Each round turns over all keys, and back.
      let rounds = max(1, repeats / 2)
      let time = best(rounds * 2 * count) {
        for _ in 0..<rounds {
          Self.churn(&map, queries, others)
          Self.churn(&map, others, queries)
        }
      }
      line("churn", time)
      precondition(map.count == count && Self.look(map, others) == 0)
    }
    if sink == 1 { print("# ") }
  }

  @inline(never)
  static func filled(_ keys: [Map.Key], reserved: Int) -> Map {
    var map = Map()
    if reserved > 0 { map.reserve(reserved) }
    for index in 0..<keys.count { map.set(keys[index], UInt64(index)) }
    return map
  }

  @inline(never)
  static func look(_ map: Map, _ keys: [Map.Key]) -> UInt64 {
    var total: UInt64 = 0
    for index in 0..<keys.count {
      if let value = map.get(keys[index]) { total &+= value &+ 1 }
    }
    // What the optimiser cannot see through keeps the loop where it is.
    _ = Workload.clock()
    return total
  }

  @inline(never)
  static func sum(_ map: Map) -> UInt64 {
    _ = Workload.clock()
    return map.sum()
  }

  @inline(never)
  static func churn(_ map: inout Map, _ out: [Map.Key], _ into: [Map.Key]) {
    for index in 0..<out.count {
      precondition(map.remove(out[index]))
      map.set(into[index], UInt64(index))
    }
  }

  /// Wall time of each insertion, or processor time of the thread: the latter leaves out what the machine's other users take, and is dearer to ask for.
  @inline(__always)
  func latency(_ name: String, _ clock: () -> Int) {
    let keys = (0..<count).map { key(Workload.random(UInt64($0))) }
    var times = [UInt32](repeating: 1, count: count)
    var map = Map()
    for index in 0..<count {
      let start = clock()
      map.set(keys[index], UInt64(index))
      times[index] = UInt32(truncatingIfNeeded: min(clock() - start, Int(UInt32.max)))
    }
    if getenv("LATENCIES") != nil { distribution(times) }
    times.sort()
    line("\(name)-p50", Double(times[count / 2]))
    line("\(name)-p999", Double(times[count - 1 - count / 1000]))
    line("\(name)-p9999", Double(times[count - 1 - count / 10_000]))
    line("\(name)-p99999", Double(times[count - 1 - count / 100_000]))
    line("\(name)-max", Double(times[count - 1]))
    precondition(map.count == count)
  }

  /// Counts the latencies in eight steps for each power of two, for the plot of their distribution.
  func distribution(_ times: [UInt32]) {
    var counts: [Int: Int] = [:]
    for time in times {
      let power = 31 - max(time, 1).leadingZeroBitCount
      counts[power * 8 + Int(((UInt64(time) << 3) >> UInt64(power)) & 7), default: 0] += 1
    }
    for (place, count) in counts.sorted(by: { $0.key < $1.key }) { line("hist-\(place)", Double(count)) }
  }

  func memory() {
    let before = Workload.status("VmRSS")
    Workload.resetPeak()
    var map = Map()
    for index in 0..<count { map.set(key(Workload.random(UInt64(index))), UInt64(index)) }
    let peak = Workload.status("VmHWM")
    let final = Workload.status("VmRSS")
    line("mem-peak", Double(peak - before) / Double(count))
    line("mem-final", Double(final - before) / Double(count))
    precondition(map.count == count)
  }
}
