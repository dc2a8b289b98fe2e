#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A lock that one thread holds.
package final class Mutex: @unchecked Sendable {
  // At an address of its own: a lock must not move.
  @usableFromInline let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)

  package init() {
    let result = pthread_mutex_init(lock, nil)
    precondition(result == 0, "Belay: no lock: \(result)")
  }

  deinit {
    pthread_mutex_destroy(lock)
    lock.deallocate()
  }

  /// Holds the lock while `body` runs.
  @inlinable package func locked<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result
  {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    return try body()
  }

  /// Holds the lock while `body` runs, unless another thread holds it: then nothing happens, and the result is nil.
  package func lockedIfFree<Result>(_ body: () -> Result) -> Result? {
    guard pthread_mutex_trylock(lock) == 0 else { return nil }
    defer { pthread_mutex_unlock(lock) }
    return body()
  }
}
