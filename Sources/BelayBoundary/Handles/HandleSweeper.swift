#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The thread that ends objects whose own threads do not come round to it. It exists from the first object on that has to wait for a
/// reader, sleeps while nothing waits, and looks every ten milliseconds otherwise.
final class HandleSweeper: @unchecked Sendable {
  // Sendable holds because `tables` and the flags are reached under the lock only.
  static let shared = HandleSweeper()

  private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let wake = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var tables: [HandleCore] = []
  private var isStarted = false

  /// Microseconds between two rounds.
  static let pause: UInt32 = 10_000

  private init() {
    pthread_mutex_init(lock, nil)
    pthread_cond_init(wake, nil)
  }

  /// Lets other threads run.
  static func yield() { sched_yield() }

  /// Has a table swept in the next round.
  func add(_ table: HandleCore) {
    pthread_mutex_lock(lock)
    tables.append(table)
    if !isStarted { isStarted = start() }
    pthread_cond_signal(wake)
    pthread_mutex_unlock(lock)
  }

  /// Starts the thread; false if the system has none, and then the next object that waits tries again.
  private func start() -> Bool {
    #if canImport(Darwin)
      var thread: pthread_t?
    #else
      var thread = pthread_t()
    #endif
    let error = pthread_create(&thread, nil, { _ in HandleSweeper.shared.run() }, nil)
    guard error == 0 else { return false }
    #if canImport(Darwin)
      if let thread { pthread_detach(thread) }
    #else
      pthread_detach(thread)
    #endif
    return true
  }

  private func run() -> UnsafeMutableRawPointer? {
    while true {
      pthread_mutex_lock(lock)
      while tables.isEmpty { pthread_cond_wait(wake, lock) }
      pthread_mutex_unlock(lock)
      usleep(Self.pause)
      for table in take() { table.sweep() }
      // Ends of objects may have used a table here; a record would keep others from ending objects at once.
      ThreadRecords.giveBack()
    }
  }

  private func take() -> [HandleCore] {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    defer { tables = [] }
    return tables
  }
}
