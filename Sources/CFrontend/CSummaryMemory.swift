import Flow
import Foundation

/// Summaries of one check's C functions. Versions of a package for several systems consist mostly of the same sources, and each of these functions is walked once.
///
/// A summary depends on the functions of its component of the call graph, on the summaries of those that they call outside of it, and on the models, which are the same
/// throughout a check: the first two are the key. Which functions of the package these are is part of it too: where a name has no body in one package, and one in
/// another, the lists differ. Safe to use from several threads.
final class CSummaryMemory: @unchecked Sendable {
  // Unchecked: `known` is read and written under `mutex`, which lies at an address of its own: a lock must not move.
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private var known: [Key: [ForeignFunction]] = [:]

  /// What the summaries of a component depend on.
  struct Key: Hashable {
    private let functions: [CFunction.Origin]
    private let callees: [ForeignFunction?]

    /// Nil where a function does not say where it comes from.
    init?(_ functions: [CFunction.Origin?], _ callees: [ForeignFunction?]) {
      self.functions = functions.compactMap { $0 }
      self.callees = callees
      if self.functions.count != functions.count { return nil }
    }
  }

  init() { pthread_mutex_init(mutex, nil) }

  deinit {
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
  }

  subscript(_ key: Key) -> [ForeignFunction]? { locked { known[key] } }

  /// Two threads may find out the same at the same time.
  func note(_ summaries: [ForeignFunction], for key: Key) { locked { known[key] = summaries } }

  private func locked<Result>(_ body: () -> Result) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return body()
  }
}
