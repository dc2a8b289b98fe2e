import BelayMemory
import CBelay
import CEpoch
import Synchronization

extension HandleCore {
  // MARK: Insert

  /// Gives a word a handle with one reference. The table owns the word from here on, unless it throws.
  @inlinable
  func insert(_ object: UInt) throws(HandleError) -> UInt64 {
    while true {
      guard let magazine = magazine() else {
        try ThreadRecords.whileRegistered { () throws(HandleError) in try attachMagazine() }
        if ThreadRecord.current == nil { return try insertWhileEnding(object) }
        continue
      }
      guard enter(magazine) else {
        waitForMagazine()
        continue
      }
      let head = magazine.pointee.free
      guard head != 0 else {
        leave(magazine)
        try refill(magazine)
        continue
      }
      let slot = hot.slot(head &- 1).unsafelyUnwrapped
      let word = slot.pointee.state.load(ordering: .relaxed)
      magazine.pointee.free = HandleBits.index(word)
      magazine.pointee.freeCount &-= 1
      let generation = UInt64(HandleBits.generation(word)) &<< HandleBits.generationShift
      let live = hot.pointee.tagBits | generation | HandleBits.oneReference | 1
      slot.pointee.object.store(object, ordering: .relaxed)
      HandleStep.reached(.aboutToPublish)
      slot.pointee.state.store(live, ordering: .releasing)
      magazine.pointee.made.store(magazine.pointee.made.load(ordering: .relaxed) &+ 1, ordering: .relaxed)
      leave(magazine)
      return hot.pointee.tagBits | generation | UInt64(head &- 1) &<< 1 | 1
    }
  }

  @usableFromInline @inline(never)
  func insertWhileEnding(_ object: UInt) throws(HandleError) -> UInt64 {
    try ThreadRecords.whileRegistered { () throws(HandleError) in try insert(object) }
  }

  /// Fills the calling thread's magazine, which has no free slot.
  @usableFromInline @inline(never)
  func refill(_ magazine: UnsafeMutablePointer<HandleMagazine>) throws(HandleError) {
    FaultStep.handleSteps.reached()
    try mutex.locked { () throws(HandleError) in
      if isClosed { throw .closed }
      guard magazine.pointee.free == 0 else { return }
      do {
        (magazine.pointee.free, magazine.pointee.freeCount) = try depot.take(64)
      } catch {
        throw .outOfMemory
      }
      if magazine.pointee.free == 0 { throw .exhausted }
    }
  }

  // MARK: References

  /// Adds a reference.
  @inlinable
  func retain(_ handle: UInt64) throws(HandleError) {
    guard let slot = hot.slot(HandleBits.index(handle)) else { throw failure(handle) }
    var word = slot.pointee.state.load(ordering: .relaxed)
    while true {
      guard HandleBits.matches(word, handle) else { throw failure(handle) }
      guard word & HandleBits.middle != HandleBits.middle else { throw .tooManyReferences(handle) }
      HandleStep.reached(.aboutToCount)
      let (done, now) = slot.pointee.state.weakCompareExchange(
        expected: word, desired: word &+ HandleBits.oneReference, ordering: .acquiring)
      if done { return }
      word = now
    }
  }

  /// Drops a reference, or with `all` whatever references there are; at zero the handle ends, and its object when no reader can hold it any more.
  ///
  /// - Returns: Whether the handle ended.
  @inlinable @discardableResult
  func release(_ handle: UInt64, all: Bool = false) throws(HandleError) -> Bool {
    guard let slot = hot.slot(HandleBits.index(handle)) else { throw failure(handle, releasing: true) }
    var word = slot.pointee.state.load(ordering: .relaxed)
    while true {
      guard HandleBits.matches(word, handle) else { throw failure(handle, releasing: true) }
      HandleStep.reached(.aboutToCount)
      if !all, word & HandleBits.middle != HandleBits.oneReference {
        let (done, now) = slot.pointee.state.weakCompareExchange(
          expected: word, desired: word &- HandleBits.oneReference, ordering: .acquiringAndReleasing)
        if done { return false }
        word = now
        continue
      }
      guard let magazine = magazine() else {
        try ThreadRecords.whileRegistered { () throws(HandleError) in try attachMagazine() }
        if ThreadRecord.current == nil { return try releaseWhileEnding(handle, all: all) }
        continue
      }
      guard enter(magazine) else {
        waitForMagazine()
        continue
      }
      // While there is no other reader in the process, nobody can stand in the table. Asked again when the slot is hidden.
      let alone = isAlone && magazine.pointee.freeCount < HandleMagazine.mostFree
      let next = HandleBits.generation(word) &+ 1
      let link = alone ? magazine.pointee.free : magazine.pointee.limbo
      let (done, now) = slot.pointee.state.compareExchange(
        expected: word, desired: HandleBits.free(generation: next, link: link), ordering: .sequentiallyConsistent)
      guard done else {
        leave(magazine)
        word = now
        continue
      }
      HandleStep.reached(.hidden)
      magazine.pointee.ended.store(magazine.pointee.ended.load(ordering: .relaxed) &+ 1, ordering: .relaxed)
      if alone, next < HandleBits.lastGeneration, isAlone {
        let object = slot.pointee.object.load(ordering: .relaxed)
        magazine.pointee.free = HandleBits.index(handle) &+ 1
        magazine.pointee.freeCount &+= 1
        leave(magazine)
        end(object)
        return true
      }
      if alone {
        slot.pointee.state.store(
          HandleBits.free(generation: next, link: magazine.pointee.limbo), ordering: .relaxed)
      }
      let waiting = magazine.pointee.limboCount.load(ordering: .relaxed)
      magazine.pointee.limbo = HandleBits.index(handle) &+ 1
      magazine.pointee.limboCount.store(waiting &+ 1, ordering: .relaxed)
      leave(magazine)
      if waiting == 0 { callSweeper() }
      if waiting &+ 1 >= HandleMagazine.mostLimbo { turn(magazine) }
      return true
    }
  }

  @usableFromInline @inline(never)
  func releaseWhileEnding(_ handle: UInt64, all: Bool) throws(HandleError) -> Bool {
    try ThreadRecords.whileRegistered { () throws(HandleError) in try release(handle, all: all) }
  }

  /// Whether no thread but the calling one has ever read under an epoch, and this one does not now.
  @inlinable @inline(__always)
  var isAlone: Bool { belay_epoch_is_alone() != 0 }

  // MARK: Reading

  /// The object of a handle, or nil if it has none; between `belay_epoch_enter` and `belay_epoch_leave`.
  @inlinable @inline(__always)
  func object(_ handle: UInt64) -> UInt? {
    HandleStep.reached(.announced)
    guard let slot = hot.slot(HandleBits.index(handle)) else { return nil }
    let word = slot.pointee.state.load(ordering: .acquiring)
    HandleStep.reached(.looked)
    guard HandleBits.matches(word, handle) else { return nil }
    return slot.pointee.object.load(ordering: .relaxed)
  }
}
