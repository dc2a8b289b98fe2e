import BelayMemory
import CEpoch
import Synchronization

extension HandleCore {
  /// Ends the epoch: whoever announces a later one has seen what was hidden before. Under the lock.
  private func seal() -> UInt64 {
    let stamp = belay_epoch_advance(hot.domain)
    HandleStep.reached(.sealed)
    return stamp
  }

  /// The first epoch that somebody may still read in.
  private func oldestEpoch() -> UInt64 {
    var owner: UInt64 = 0
    return belay_epoch_oldest(hot.domain, &owner)
  }

  /// Seals the limbo of the calling thread's magazine and ends the objects that nobody reads any more.
  @usableFromInline @inline(never)
  func turn(_ magazine: UnsafeMutablePointer<HandleMagazine>) {
    FaultStep.handleSteps.reached()
    let ready = mutex.locked { () -> [HandleChain] in
      var chain = HandleChain(head: magazine.pointee.limbo, count: magazine.pointee.limboCount.load(ordering: .relaxed))
      magazine.pointee.limbo = 0
      magazine.pointee.limboCount.store(0, ordering: .relaxed)
      guard chain.head != 0 else { return [] }
      chain.stamp = seal()
      FaultStep.handleSteps.reached()
      let oldest = oldestEpoch()
      HandleStep.reached(.scanned)
      var ready: [HandleChain] = []
      if magazine.pointee.sealed.head != 0 {
        if magazine.pointee.sealed.stamp < oldest {
          ready.append(magazine.pointee.sealed)
        } else {
          stalled.append(magazine.pointee.sealed)
        }
        magazine.pointee.sealed = HandleChain()
      }
      if chain.stamp < oldest { ready.append(chain) } else { magazine.pointee.sealed = chain }
      takeStalled(before: oldest, into: &ready)
      ending += ready.objectCount
      return ready
    }
    for chain in ready { finish(chain, into: magazine) }
  }

  /// Under the lock.
  private func takeStalled(before oldest: UInt64, into ready: inout [HandleChain]) {
    guard stalled.contains(where: { $0.stamp < oldest }) else { return }
    ready.append(contentsOf: stalled.filter { $0.stamp < oldest })
    stalled.removeAll { $0.stamp < oldest }
  }

  /// Ends the objects of a chain that nobody can read any more, and makes its slots free. Outside of every lock.
  private func finish(_ chain: HandleChain, into magazine: UnsafeMutablePointer<HandleMagazine>?) {
    FaultStep.handleSteps.reached()
    endObjects(chain)
    mutex.locked {
      ending -= Int(chain.count)
      // An end may have used this table on this thread: the magazine can be fuller than it was, and can even be another table's now.
      guard let magazine, magazine == self.magazine(),
        magazine.pointee.freeCount + chain.count <= HandleMagazine.mostFree
      else {
        depot.giveBack(chain)
        return
      }
      var head = chain.head
      while head != 0 {
        let slot = hot.slot(head - 1).unsafelyUnwrapped
        let word = slot.pointee.state.load(ordering: .relaxed)
        let next = HandleBits.index(word)
        let generation = HandleBits.generation(word)
        if generation >= HandleBits.lastGeneration {
          slot.pointee.state.store(HandleBits.free(generation: generation, link: 0), ordering: .relaxed)
          depot.giveBack(HandleChain(head: head, count: 1))
        } else {
          slot.pointee.state.store(
            HandleBits.free(generation: generation, link: magazine.pointee.free), ordering: .relaxed)
          magazine.pointee.free = head
          magazine.pointee.freeCount += 1
        }
        head = next
      }
    }
  }

  func endObjects(_ chain: HandleChain) {
    var head = chain.head
    while head != 0 {
      let slot = hot.slot(head - 1).unsafelyUnwrapped
      head = HandleBits.index(slot.pointee.state.load(ordering: .relaxed))
      end(slot.pointee.object.load(ordering: .relaxed))
    }
  }

  /// Something waits: the sweeper is to look after it soon.
  @usableFromInline @inline(never)
  func callSweeper() {
    guard sweeps, !isPending.load(ordering: .relaxed) else { return }
    if isPending.exchange(true, ordering: .acquiringAndReleasing) == false { HandleSweeper.shared.add(self) }
  }

  /// Ends all objects, of whatever thread, that no reader can hold any more.
  ///
  /// - Returns: How many ended, and how many still wait for a reader to leave or are being ended by another thread.
  @discardableResult
  func sweep() -> (ended: Int, waiting: Int) {
    isPending.store(false, ordering: .releasing)
    var isHeldUp = false
    let (ready, waiting) = mutex.locked { () -> ([HandleChain], Int) in
      guard !isClosed else { return ([], 0) }
      var found: [HandleChain] = []
      forEachMagazine { $0.pointee.isRevoked.store(1, ordering: .relaxed) }
      belay_epoch_barrier()
      forEachMagazine { magazine in
        while magazine.pointee.isBusy.load(ordering: .acquiring) != 0 {
          HandleStep.reached(.waiting)
          HandleSweeper.yield()
        }
        if magazine.pointee.limbo != 0 {
          found.append(
            HandleChain(head: magazine.pointee.limbo, count: magazine.pointee.limboCount.load(ordering: .relaxed)))
          magazine.pointee.limbo = 0
          magazine.pointee.limboCount.store(0, ordering: .relaxed)
        }
        if magazine.pointee.sealed.head != 0 {
          stalled.append(magazine.pointee.sealed)
          magazine.pointee.sealed = HandleChain()
        }
        magazine.pointee.isRevoked.store(0, ordering: .releasing)
      }
      if !found.isEmpty {
        let stamp = seal()
        stalled.append(contentsOf: found.map { HandleChain(head: $0.head, count: $0.count, stamp: stamp) })
      }
      var ready: [HandleChain] = []
      if !stalled.isEmpty {
        let oldest = oldestEpoch()
        HandleStep.reached(.scanned)
        takeStalled(before: oldest, into: &ready)
      }
      if !stalled.isEmpty { isHeldUp = true }
      defer { ending += ready.objectCount }
      return (ready, stalled.objectCount + ending)
    }
    for chain in ready { finish(chain, into: nil) }
    if isHeldUp { callSweeper() }
    return (ready.objectCount, waiting)
  }

  /// Under either lock.
  func forEachMagazine(_ body: (UnsafeMutablePointer<HandleMagazine>) -> Void) {
    var next = magazines
    while let magazine = next {
      body(magazine)
      next = magazine.pointee.next
    }
  }
}
