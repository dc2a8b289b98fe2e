#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Resources by id as programs count them by hand: a dictionary behind a lock.
final class LockedRegistry: @unchecked Sendable {
  // Sendable holds because the dictionary is reached under the lock only.
  private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private var entries: [UInt64: (pointer: UnsafeMutablePointer<UInt64>, references: Int)] = [:]

  init() { pthread_mutex_init(lock, nil) }

  deinit {
    pthread_mutex_destroy(lock)
    lock.deallocate()
  }

  func add(_ id: UInt64, _ pointer: UnsafeMutablePointer<UInt64>) {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    entries[id] = (pointer, 1)
  }

  func acquire(_ id: UInt64) -> UnsafeMutablePointer<UInt64>? {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    guard let index = entries.index(forKey: id) else { return nil }
    entries.values[index].references += 1
    return entries.values[index].pointer
  }

  func release(_ id: UInt64) {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    guard let index = entries.index(forKey: id) else { return }
    entries.values[index].references -= 1
    if entries.values[index].references == 0 { entries.remove(at: index) }
  }
}
