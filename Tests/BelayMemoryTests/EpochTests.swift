import BelayMemory
import Dispatch
import Synchronization
import Testing

/// Pins, and what waits for them.
@Suite struct EpochTests {
  /// An object that says when it ends.
  final class Node: Sendable {
    let value: Int
    let ended: Counter
    init(_ value: Int, _ ended: Counter) {
      self.value = value
      self.ended = ended
    }
    deinit { ended.add(1) }
  }

  final class Counter: Sendable {
    private let number = Atomic(0)
    func add(_ amount: Int) { number.add(amount, ordering: .acquiringAndReleasing) }
    var value: Int { number.load(ordering: .acquiring) }
  }

  @Test func aPinHoldsWhatIsRetiredMeanwhile() {
    let domain = EpochDomain(name: "test")
    let ended = Counter()
    domain.withPin {
      domain.retire(Node(1, ended))
      domain.retire(byteCount: 10) { ended.add(1) }
      #expect(domain.reclaim() == 0 && ended.value == 0)
      let report = domain.report
      #expect(report.waitingCount == 2 && report.waitingBytes == 10 && report.oldestPinned != nil)
      #expect(report.oldestPinnedThread != 0)
    }
    #expect(domain.reclaim() == 2 && ended.value == 2)
    let report = domain.report
    #expect(report.waitingCount == 0 && report.waitingBytes == 0 && report.oldestPinned == nil)
    #expect(report.endedCount == 2 && report.endedBytes == 10)
  }

  @Test func aLaterPinHoldsNothingUp() {
    let domain = EpochDomain()
    let ended = Counter()
    let first = domain.pin()
    domain.retire(Node(1, ended))
    #expect(domain.reclaim() == 0)
    let second = domain.pin()
    _ = consume first
    #expect(domain.reclaim() == 1 && ended.value == 1)
    domain.retire(Node(2, ended))
    #expect(domain.reclaim() == 0)
    _ = consume second
    #expect(domain.reclaim() == 1)
  }

  @Test func epochsPassForListsOfOnesOwn() {
    let domain = EpochDomain()
    let before = domain.advance()
    #expect(domain.hasPassed(before) && domain.epoch == before + 1)
    let pin = domain.pin()
    let during = domain.advance()
    #expect(domain.hasPassed(before) && !domain.hasPassed(during) && domain.oldestPinnedEpoch() == during)
    _ = consume pin
    #expect(domain.hasPassed(during) && domain.oldestPinnedEpoch() == .max)
  }

  @Test func domainsDoNotHoldEachOtherUp() {
    let one = EpochDomain()
    let other = EpochDomain()
    let ended = Counter()
    one.withPin {
      one.retire(Node(1, ended))
      other.retire(Node(2, ended))
      #expect(one.reclaim() == 0 && other.reclaim() == 1)
    }
    #expect(one.reclaim() == 1)
  }

  /// More pins at once than a record has slots, ended in another order.
  @Test func pinsNestToAnyDepth() {
    let domains = (0..<3).map { EpochDomain(name: "\($0)") }
    func nest(_ depth: Int) {
      let domain = domains[depth % 3]
      domain.withPin {
        if depth < 40 { nest(depth + 1) }
        #expect(domain.oldestPinnedEpoch() != .max)
      }
    }
    nest(0)
    var first: EpochPin? = domains[0].pin()
    let second = domains[0].pin()
    first = nil
    #expect(domains[0].oldestPinnedEpoch() != .max)
    first = domains[0].pin()
    _ = consume second
    #expect(domains[0].oldestPinnedEpoch() != .max)
    first = nil
    #expect(domains.allSatisfy { $0.oldestPinnedEpoch() == .max })
    _ = consume first
  }

  @Test func aDomainEndsWhatIsLeft() {
    let ended = Counter()
    do {
      let domain = EpochDomain()
      for number in 0..<3000 { domain.retire(Node(number, ended)) }
    }
    #expect(ended.value == 3000)
  }

  @Test func retiringRunsEndsInSlices() {
    let domain = EpochDomain(batchCount: 100, endsPerRetire: 3)
    let ended = Counter()
    var last = 0
    for number in 0..<1000 {
      domain.retire(Node(number, ended))
      #expect(ended.value - last <= 3)
      last = ended.value
    }
    #expect(ended.value >= 700)
    let silent = EpochDomain(batchCount: 10, endsPerRetire: 0)
    for number in 0..<100 { silent.retire(Node(number, ended)) }
    #expect(silent.report.waitingCount == 100 && silent.report.readyCount == 100)
    #expect(silent.reclaim(limit: 30) == 30 && silent.reclaim() == 70)
  }

  /// A list whose members retire the next when they end.
  @Test func endsMayRetire() {
    final class Link: Sendable {
      let next: Link?
      let domain: EpochDomain
      let ended: Counter
      init(_ next: Link?, _ domain: EpochDomain, _ ended: Counter) {
        self.next = next
        self.domain = domain
        self.ended = ended
      }
      deinit {
        ended.add(1)
        if let next { domain.retire(next) }
      }
    }
    let domain = EpochDomain(batchCount: 1)
    let ended = Counter()
    var head: Link?
    for _ in 0..<20_000 { head = Link(head, domain, ended) }
    if let link = head {
      head = nil
      domain.retire(link)
    }
    while domain.reclaim() > 0 {}
    #expect(ended.value == 20_000)
  }

  @Test func blocksGoBack() throws {
    let allocator = SpanAllocator()
    let domain = EpochDomain(batchBytes: 100_000)
    domain.withPin {
      for _ in 0..<10 {
        guard let block = try? allocator.allocate(byteCount: 50_000, alignment: 64) else { continue }
        domain.retire(block, to: allocator)
      }
      #expect(allocator.report.liveBytes == 500_000)
    }
    domain.reclaim()
    #expect(allocator.report.liveBytes == 0)
  }

  /// Writers replace nodes that readers follow; a node that has ended poisons what a reader would see.
  @Test func readersNeverSeeTheDead() {
    let domain = EpochDomain(batchCount: 16)
    let slots = (0..<8).map { UnsafeCell($0) }
    let live = Atomic(8)
    DispatchQueue.concurrentPerform(iterations: 4) { thread in
      for round in 0..<20_000 {
        let slot = slots[(round &* 7 &+ thread) % 8]
        if thread < 2 {
          let old = slot.exchange(round)
          live.add(1, ordering: .relaxed)
          domain.retire(old, byteCount: 8) { pointer, _ in
            pointer.storeBytes(of: 0xDEAD, as: UInt64.self)
            pointer.deallocate()
          }
        } else {
          domain.withPin {
            let node = slot.load()
            if node.load(as: UInt64.self) == 0xDEAD { Issue.record("a reader saw what had ended") }
          }
        }
      }
    }
    for slot in slots { slot.exchange(0).deallocate() }
    domain.reclaim()
    #expect(domain.report.waitingCount == 0 && domain.report.endedCount == 40_000)
  }

  /// Thousands of short-lived threads, which pin, retire, and do so again in destructors that run while they end.
  @Test func threadsMayEnd() {
    let domain = EpochDomain(batchCount: 64)
    let ended = Counter()
    for _ in 0..<20 {
      runThreads(100) { _ in
        onThreadEnd {
          domain.withPin { domain.retire(Node(1, ended)) }
        }
        domain.withPin { domain.withPin { domain.retire(Node(0, ended)) } }
      }
    }
    domain.reclaim()
    #expect(ended.value == 4000)
    #expect(domain.oldestPinnedEpoch() == .max)
  }

  /// A pin that ends on another thread than it began, after its thread has ended.
  @Test func pinsMayMove() {
    let domain = EpochDomain()
    let ended = Counter()
    let box = PinBox()
    runThreads(1) { _ in box.pin = domain.pin() }
    domain.retire(Node(0, ended))
    #expect(domain.reclaim() == 0)
    runThreads(1) { _ in box.pin = nil }
    #expect(domain.reclaim() == 1)
  }

  @Test func threadNumbersAreDistinct() {
    let numbers = Atomic<UInt64>(0)
    let here = Counter()
    runThreads(12) { _ in
      let number = EpochDomain.threadNumber
      let before = number < 64 ? numbers.bitwiseOr(1 << UInt64(number), ordering: .relaxed).oldValue : 0
      if before & 1 << UInt64(number) != 0 { Issue.record("two threads have the number \(number)") }
      here.add(1)
      while here.value < 12 {}
    }
  }
}
