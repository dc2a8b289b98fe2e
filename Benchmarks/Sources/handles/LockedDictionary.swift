#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The registry that most programs write: a dictionary by number behind a lock.
final class LockedDictionary: Registry, @unchecked Sendable {
  // Sendable holds because the dictionary is reached under the lock only.
  static let name = "swift-dict-mutex"
  private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private var things: [UInt64: Thing] = [:]
  private var next: UInt64 = 0

  init() { pthread_mutex_init(lock, nil) }

  deinit {
    pthread_mutex_destroy(lock)
    lock.deallocate()
  }

  func insert(_ thing: Thing) -> UInt64 {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    next += 1
    things[next] = thing
    return next
  }

  func scoped(_ word: UInt64) -> UInt64 {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    return things[word]?.number ?? 0
  }

  func strong(_ word: UInt64) -> Thing? {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    return things[word]
  }

  func end(_ word: UInt64) {
    pthread_mutex_lock(lock)
    let ended = things.removeValue(forKey: word)
    pthread_mutex_unlock(lock)
    withExtendedLifetime(ended) {}
  }
}
