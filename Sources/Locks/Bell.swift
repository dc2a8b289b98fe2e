#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Wakes a thread that has nothing to do. A ring is not lost: a thread that begins to wait after it goes on at once.
package final class Bell: @unchecked Sendable {
  // Sendable holds because the flag is reached under the lock only.
  private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var hasRung = false

  package init() {
    let result = pthread_mutex_init(lock, nil)
    precondition(result == 0, "Belay: no lock: \(result)")
    let other = pthread_cond_init(condition, nil)
    precondition(other == 0, "Belay: no condition: \(other)")
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(lock)
    condition.deallocate()
    lock.deallocate()
  }

  package func ring() {
    pthread_mutex_lock(lock)
    hasRung = true
    pthread_mutex_unlock(lock)
    pthread_cond_signal(condition)
  }

  /// Waits for a ring; false when none has come after so many seconds.
  package func wait(seconds: Int) -> Bool {
    var end = timespec()
    clock_gettime(CLOCK_REALTIME, &end)
    end.tv_sec += seconds
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    while !hasRung {
      if pthread_cond_timedwait(condition, lock, &end) != 0 { break }
    }
    defer { hasRung = false }
    return hasRung
  }
}
