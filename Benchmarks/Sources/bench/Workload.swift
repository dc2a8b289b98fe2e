#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What all contenders in all languages do alike: the keys, the clocks, the memory.
enum Workload {
  /// The number at a place of the one random sequence (splitmix64).
  @inline(__always)
  static func random(_ index: UInt64) -> UInt64 {
    var word = index &* 0x9E37_79B9_7F4A_7C15 &+ 0x123_4567
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }

  /// A string of 16 to 24 bytes.
  static func string(_ word: UInt64) -> String {
    let count = 16 + Int(word % 9)
    return String(unsafeUninitializedCapacity: count) { bytes in
      for index in 0..<count {
        let digit = UInt8(truncatingIfNeeded: word >> UInt64((index * 4) & 63)) & 15
        bytes[index] = digit < 10 ? 48 + digit : 87 + digit
      }
      return count
    }
  }

  /// A shuffled sequence of indices.
  static func shuffled(_ count: Int) -> [Int] {
    var order = Array(0..<count)
    var state: UInt64 = 42
    for index in stride(from: count - 1, to: 0, by: -1) {
      state = random(state)
      order.swapAt(index, Int(state % UInt64(index + 1)))
    }
    return order
  }

  /// Nanoseconds of processor time of the process: what others do on the machine counts less.
  static func processorTime() -> Int { time(CLOCK_PROCESS_CPUTIME_ID) }

  /// Nanoseconds of processor time of the thread.
  @inline(__always)
  static func threadTime() -> Int { time(CLOCK_THREAD_CPUTIME_ID) }

  /// Nanoseconds that have passed.
  @inline(__always)
  static func clock() -> Int { time(CLOCK_MONOTONIC) }

  @inline(__always)
  private static func time(_ clock: clockid_t) -> Int {
    var now = timespec()
    clock_gettime(clock, &now)
    return now.tv_sec &* 1_000_000_000 &+ now.tv_nsec
  }

  /// A line of /proc/self/status in bytes.
  static func status(_ name: String) -> Int {
    guard let file = fopen("/proc/self/status", "r") else { return 0 }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    while fgets(&line, 256, file) != nil {
      let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      if text.hasPrefix(name + ":") { return (Int(text.filter(\.isNumber)) ?? 0) * 1024 }
    }
    return 0
  }

  /// Lets the peak of the resident memory begin anew.
  static func resetPeak() {
    guard let file = fopen("/proc/self/clear_refs", "w") else { return }
    fputs("5", file)
    fclose(file)
  }
}
