import BelayMap

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// `concurrent-bench [repetitions]` prints `contender,workload,threads,n,ns_per_op`: the wall time of all threads together over the number
/// of operations of all threads, the best of the repetitions. Perfect scaling to two threads halves a figure.
@main
enum ConcurrentBench {
  static func main() {
    let repetitions = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 3
    print("contender,workload,threads,n,ns_per_op")
    for count in [1000, 100_000, 1_000_000] {
      for threads in [1, 2] {
        run("belay-concurrent", BelayShared(), count, threads, repetitions)
        run("dictionary-mutex", LockedDictionary(), count, threads, repetitions)
      }
    }
  }

  static func run(_ name: String, _ map: some SharedMap, _ count: Int, _ threads: Int, _ repetitions: Int) {
    for key in 0..<UInt64(count) { map.store(key, spread(key)) }
    let order = (0..<65_536).map { spread(mix(UInt64($0)) % UInt64(count)) }
    let operations = 400_000
    func measure(_ workload: String, _ body: @escaping @Sendable (_ thread: Int, _ step: Int, _ key: UInt64) -> UInt64)
    {
      var best = Double.infinity
      for _ in 0..<repetitions {
        let nanoseconds = Threads.run(threads) { thread in
          var sum: UInt64 = 0
          var place = thread * 7919
          for step in 0..<operations {
            place = (place + 1) & 65_535
            sum &+= body(thread, step, order[place])
          }
          return sum
        }
        best = min(best, nanoseconds / Double(operations * threads))
      }
      let tenths = Int((best * 10).rounded())
      print("\(name),\(workload),\(threads),\(count),\(tenths / 10).\(tenths % 10)")
    }
    measure("load-hit") { _, _, key in map.load(key) ?? 0 }
    measure("load-miss") { _, _, key in map.load(key &+ 1) ?? 0 }
    measure("store") { _, step, key in
      map.store(UInt64(step), key)
      return 0
    }
    measure("mix-90-10") { _, step, key in
      if step % 10 == 0 {
        map.store(UInt64(step), key)
        return 0
      }
      return map.load(key) ?? 0
    }
    // One insertion of an absent key and its removal are two operations.
    measure("insert-remove") { thread, step, key in
      let absent = key &+ 3 &+ UInt64(thread) << 60
      if step & 1 == 0 { map.store(1, absent) } else { map.remove(absent) }
      return 0
    }
  }

  /// Keys without a pattern; neighbours of these are absent.
  static func spread(_ number: UInt64) -> UInt64 { mix(number) & ~7 }

  static func mix(_ number: UInt64) -> UInt64 {
    var word = number &+ 0x9E37_79B9_7F4A_7C15
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }
}

/// A map that threads share.
protocol SharedMap: Sendable {
  func load(_ key: UInt64) -> UInt64?
  func store(_ value: UInt64, _ key: UInt64)
  func remove(_ key: UInt64)
}

struct BelayShared: SharedMap {
  let map = ConcurrentMap<UInt64, UInt64>()
  func load(_ key: UInt64) -> UInt64? { map.load(key) }
  func store(_ value: UInt64, _ key: UInt64) { map.store(value, forKey: key) }
  func remove(_ key: UInt64) { map.removeValue(forKey: key) }
}

/// What one writes by hand.
final class LockedDictionary: SharedMap, @unchecked Sendable {
  // Sendable holds because the dictionary is reached under the lock only.
  private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private var dictionary: [UInt64: UInt64] = [:]
  init() { pthread_mutex_init(lock, nil) }
  func load(_ key: UInt64) -> UInt64? {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    return dictionary[key]
  }
  func store(_ value: UInt64, _ key: UInt64) {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    dictionary[key] = value
  }
  func remove(_ key: UInt64) {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    dictionary.removeValue(forKey: key)
  }
}
