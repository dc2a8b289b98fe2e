import Belay
import CLab

extension FaultScenario {
  /// Scenario 7.
  static let concurrentUse = FaultScenario(
    number: 7, name: "concurrent-use", title: "two threads use a map without a lock",
    explanation: """
      Two threads write, or one reads or iterates while the other writes. A Dictionary in that state loses entries, crashes somewhere else, or hands out memory that has gone; which of these is chance. \
      BucketMap sees most of it, stops and names the threads, as Go's maps do. ConcurrentMap is made for it.
      """,
    variants: [
      .fault("dictionary-writes", "Dictionary: two threads write") { witness in
        let shared = Unlocked<[Int: Int]>([:])
        Threads.run((0..<2).map { half in { for number in 0..<writes { shared.value[number * 2 + half] = number } } })
        return complete(shared.value.count, witness)
      },
      .fault("dictionary-read-write", "Dictionary: one thread reads while another writes") { witness in
        let shared = Unlocked<[Int: Int]>([0: 0])
        Threads.run([
          { for number in 1..<writes * 2 { shared.value[number] = number } },
          { for number in 0..<writes * 2 { _ = shared.value[number] } },
        ])
        return complete(shared.value.count, witness)
      },
      .defence("bucket-map-writes", "BucketMap: two threads write") { witness in
        let shared = Unlocked(BucketMap<Int, Int>())
        Threads.run((0..<2).map { half in { for number in 0..<writes { shared.value[number * 2 + half] = number } } })
        return complete(shared.value.count, witness)
      },
      .defence("bucket-map-read-write", "BucketMap: one thread reads while another writes") { witness in
        let shared = Unlocked(BucketMap<Int, Int>())
        Threads.run([
          { for number in 0..<writes * 2 { shared.value[number] = number } },
          { for number in 0..<writes * 2 { _ = shared.value[number] } },
        ])
        return complete(shared.value.count, witness)
      },
      .defence("bucket-map-iterate-write", "BucketMap: one thread iterates while another writes") { witness in
        let shared = Unlocked(BucketMap<Int, Int>())
        Threads.run([
          { for number in 0..<writes * 2 { shared.value[number] = number } },
          { for _ in 0..<50 { for _ in shared.value {} } },
        ])
        return complete(shared.value.count, witness)
      },
      .defence("concurrent-map", "ConcurrentMap: two threads write, two read and iterate") { witness in
        let map = ConcurrentMap<Int, Int>()
        Threads.run([
          { for number in 0..<writes { map.store(number, forKey: number * 2) } },
          { for number in 0..<writes { map.store(number, forKey: number * 2 + 1) } },
          { for number in 0..<writes { _ = map[number] } },
          { for _ in 0..<10 { map.forEach { _, _ in } } },
        ])
        return complete(map.count, witness)
      },
    ])

  private static let writes = 200_000

  private static func complete(_ count: Int, _ witness: Witness) -> Ending {
    witness.fact("entries written", writes * 2)
    witness.fact("entries in the map", count)
    return count == writes * 2
      ? Ending(.nothing, "all \(count) entries are there")
      : Ending(.lostEntry, "\(writes * 2 - count) of \(writes * 2) entries are missing")
  }
}
