import Foundation

/// A value that is made when it is first asked for, once, whichever thread asks.
final class Deferred<Value: Sendable>: @unchecked Sendable {
  // Unchecked: `known` is read and written under `mutex`, which lies at an address of its own: a lock must not move.
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private var known: Value?

  init() { pthread_mutex_init(mutex, nil) }

  deinit {
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
  }

  /// The value; `make` is called the first time, while other threads wait.
  func value(_ make: () -> Value) -> Value {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    if let known { return known }
    let value = make()
    known = value
    return value
  }
}
