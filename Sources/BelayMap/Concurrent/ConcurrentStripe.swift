import BelayMemory
import CBucketRow

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What the writers of one part of a `ConcurrentMap` share: a lock, the number of entries, and what they have taken out of the list.
@usableFromInline
struct ConcurrentStripe {
  @usableFromInline typealias Link = UnsafeMutableRawPointer

  /// Entries that readers may still see, by the epoch after which they cannot.
  private struct Batch {
    let epoch: UInt64
    let links: [Link]
  }

  private struct State {
    var retired: [Link] = []
    var closed: [Batch] = []
    /// The next odd bucket of `level` to be linked in.
    var cursor = 0
    /// Removals that left the stripe sparse.
    var sparseRemovals = 0
    var level = 0
  }

  /// The lock; on lines of its own, as are the others.
  private let memory: UnsafeMutableRawPointer

  private static var byteCount: Int { 256 }
  private static var countOffset: Int { 64 }
  private static var stateOffset: Int { 128 }

  /// Makes a number of stripes.
  static func make(_ count: Int) -> UnsafeMutableRawPointer {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: count * byteCount, alignment: 128)
    for index in 0..<count {
      let stripe = ConcurrentStripe(index, of: memory)
      var attributes = pthread_mutexattr_t()
      pthread_mutexattr_init(&attributes)
      // So that a function which uses the map that runs it is told, and does not wait for ever.
      pthread_mutexattr_settype(&attributes, Int32(PTHREAD_MUTEX_ERRORCHECK))
      let result = pthread_mutex_init(stripe.mutex, &attributes)
      precondition(result == 0, "Belay: no lock: \(result)")
      pthread_mutexattr_destroy(&attributes)
      belay_word_store(stripe.countWord, 0)
      stripe.state.initialize(to: State())
    }
    return memory
  }

  /// Ends stripes whose retired entries have been taken.
  static func destroy(_ memory: UnsafeMutableRawPointer, count: Int) {
    for index in 0..<count {
      let stripe = ConcurrentStripe(index, of: memory)
      pthread_mutex_destroy(stripe.mutex)
      stripe.state.deinitialize(count: 1)
    }
    memory.deallocate()
  }

  @usableFromInline
  init(_ index: Int, of memory: UnsafeMutableRawPointer) { self.memory = memory + index * Self.byteCount }

  private var mutex: UnsafeMutablePointer<pthread_mutex_t> { memory.assumingMemoryBound(to: pthread_mutex_t.self) }
  private var countWord: UnsafeMutableRawPointer { memory + Self.countOffset }
  private var state: UnsafeMutablePointer<State> {
    (memory + Self.stateOffset).assumingMemoryBound(to: State.self)
  }

  @usableFromInline
  func lock() {
    FaultStep.writerLocks.reached()
    let result = pthread_mutex_lock(mutex)
    if result != 0 {
      fatalError("Belay: a function that a ConcurrentMap runs under a lock used the map")
    }
  }

  @usableFromInline
  func unlock() {
    FaultStep.writerUnlocks.reached()
    pthread_mutex_unlock(mutex)
  }

  /// The number of entries. Written under the lock, read by all.
  @usableFromInline
  var count: Int {
    get { Int(truncatingIfNeeded: belay_word_relaxed(countWord)) }
    nonmutating set { belay_word_store(countWord, UInt64(truncatingIfNeeded: newValue)) }
  }

  /// The next bucket that a writer should link in beside its own, by its place among the odd ones of this stripe; nil when all are.
  @usableFromInline
  func nextBucket(level: Int, of odd: Int) -> Int? {
    if state.pointee.level != level {
      state.pointee.level = level
      state.pointee.cursor = 0
    }
    guard state.pointee.cursor < odd else { return nil }
    state.pointee.cursor += 1
    return state.pointee.cursor - 1
  }

  /// Counts a removal that left few entries in many buckets; whether there have been enough of them for the map to shrink.
  @usableFromInline
  func staysSparse(buckets: Int) -> Bool {
    state.pointee.sparseRemovals += 1
    guard state.pointee.sparseRemovals > buckets / 16 else { return false }
    state.pointee.sparseRemovals = 0
    return true
  }

  /// Keeps an entry that has been unlinked until no reader can see it.
  ///
  /// - Returns: Entries that nobody can see any more, for the caller to end when it has let go of the lock.
  @usableFromInline
  func retire(_ link: Link, limit: Int, epochs: EpochDomain) -> [Link]? {
    state.pointee.retired.append(link)
    return state.pointee.retired.count >= limit ? close(epochs) : nil
  }

  /// Closes what has been retired.
  ///
  /// - Returns: See `retire`.
  @usableFromInline
  func close(_ epochs: EpochDomain) -> [Link]? {
    if !state.pointee.retired.isEmpty {
      state.pointee.closed.append(Batch(epoch: epochs.advance(), links: state.pointee.retired))
      state.pointee.retired = []
    }
    guard !state.pointee.closed.isEmpty else { return nil }
    let oldest = epochs.oldestPinnedEpoch()
    let passed = state.pointee.closed.firstIndex { $0.epoch >= oldest } ?? state.pointee.closed.count
    if passed == 0 { return nil }
    let links = passed == 1 ? state.pointee.closed[0].links : state.pointee.closed[..<passed].flatMap(\.links)
    state.pointee.closed.removeSubrange(..<passed)
    return links
  }

  /// Entries that have been taken out and are kept for readers.
  var retiredCount: Int { state.pointee.retired.count + state.pointee.closed.reduce(0) { $0 + $1.links.count } }
}
