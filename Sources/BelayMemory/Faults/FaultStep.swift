import CEpoch

/// A place in the libraries where a `FaultPlan` can hold a thread up.
public enum FaultStep: UInt8, Sendable, CaseIterable {
  /// A map has begun to move to other buckets.
  case growthBegins
  /// A map is about to move an old bucket.
  case bucketMoves
  /// Memory that a map has left, or a block that was given up, is about to go back.
  case memoryGoesBack
  /// A map has left its old buckets.
  case growthEnds
  /// The thread that goes with a map begins a slice.
  case helperWorks
  /// Something is about to be retired.
  case retires
  /// A batch of retired things is about to be closed.
  case epochCloses
  /// The ends of retired things are about to run.
  case endsRun
  /// A writer of a `ConcurrentMap` is about to take the lock of its part.
  case writerLocks
  /// A writer of a `ConcurrentMap` has changed the list, and still holds the lock of its part.
  case writerUnlocks
  /// The head of a bucket of a `ConcurrentMap` is about to be linked in or out.
  case bucketLinks
  /// A `HandleTable` takes a step of a release or a reclamation.
  case handleSteps
  /// An `Arena` is about to take memory or to be freed.
  case arenaSteps

  /// Says that the calling thread has come to this step. Without a plan that is one load and a branch that is not taken.
  @inlinable @inline(__always)
  package func reached() { if belay_fault_is_on() != 0 { FaultPlan.reached(self) } }
}
