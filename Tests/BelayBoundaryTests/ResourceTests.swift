import Synchronization
import Testing

@testable import BelayBoundary

/// Owners of C pointers.
@Suite(.serialized) struct ResourceTests {
  private static func number(_ value: Int32) -> UnsafeMutablePointer<Int32> {
    let pointer = UnsafeMutablePointer<Int32>.allocate(capacity: 1)
    pointer.initialize(to: value)
    return pointer
  }

  @Test func theOneOwnerFreesOnce() {
    let freed = Counter()
    let destroy: @Sendable (UnsafeMutablePointer<Int32>) -> Void = {
      freed.add()
      $0.deallocate()
    }
    do {
      let resource = ForeignResource(takingOwnershipOf: Self.number(4), destroy: destroy)
      #expect(resource.withPointer { $0.pointee } == 4)
    }
    #expect(freed.value == 1)
    let early = ForeignResource(takingOwnershipOf: Self.number(5), destroy: destroy)
    early.release()
    #expect(freed.value == 2)
    let given = ForeignResource(takingOwnershipOf: Self.number(6), destroy: destroy).giveUp()
    #expect(freed.value == 2 && given.pointee == 6)
    given.deallocate()
    let shared = ForeignResource(takingOwnershipOf: Self.number(7), destroy: destroy).share()
    #expect(freed.value == 2 && (try? shared.withPointer { $0.pointee }) == 7)
  }

  @Test func references() throws {
    let freed = Counter()
    let resource = SharedForeignResource(takingOwnershipOf: Self.number(1), name: "number") {
      freed.add()
      $0.deallocate()
    }
    try resource.retain()
    try resource.release()
    #expect(freed.value == 0 && !resource.isReleased)
    try resource.release()
    #expect(freed.value == 1 && resource.isReleased)
    do {
      _ = try resource.withPointer { $0.pointee }
      Issue.record("a dead resource was lent")
    } catch { #expect("\(error)" == "number: used after its release") }
    do {
      try resource.release()
      Issue.record("released twice")
    } catch { #expect("\(error)" == "number: released more often than retained") }
    #expect(freed.value == 1)
  }

  @Test func aDatabaseOutlivesItsStatements() throws {
    final class Log: Sendable {
      let order = Mutex<[String]>([])
    }
    let log = Log()
    let database = SharedForeignResource(takingOwnershipOf: Self.number(1), name: "database") {
      log.order.withLock { $0.append("database") }
      $0.deallocate()
    }
    let statement = SharedForeignResource(
      takingOwnershipOf: Self.number(2), name: "statement", dependsOn: [database]
    ) {
      log.order.withLock { $0.append("statement") }
      $0.deallocate()
    }
    try database.release()
    #expect(log.order.withLock { $0 }.isEmpty)
    try statement.release()
    #expect(log.order.withLock { $0 } == ["statement", "database"])
  }

  @Test func trackingRemembersWhere() throws {
    ResourceTracking.isEnabled = true
    defer { ResourceTracking.isEnabled = false }
    let resource = SharedForeignResource(takingOwnershipOf: Self.number(1), name: "tracked") { $0.deallocate() }
    try resource.release()
    do {
      try resource.retain()
      Issue.record("a dead resource was retained")
    } catch {
      guard case .released("tracked", let made?, let released?) = error else {
        Issue.record("no stacks: \(error)")
        return
      }
      #expect(!made.addresses.isEmpty && !released.addresses.isEmpty)
      #expect("\(error)".contains("made by:") && "\(error)".contains("released by:"))
    }
  }

  @Test func trackingKnowsTheUniqueOwnerToo() throws {
    ResourceTracking.isEnabled = true
    defer { ResourceTracking.isEnabled = false }
    let pointer = Self.number(1)
    do {
      let resource = ForeignResource(takingOwnershipOf: pointer, name: "unique") { $0.deallocate() }
      let record = try #require(ResourceTracking.record(of: pointer))
      #expect(record.name == "unique" && record.released == nil && !record.made.addresses.isEmpty)
      #expect(ResourceTracking.live.contains { $0.address == UInt(bitPattern: pointer) })
      resource.release()
    }
    let record = try #require(ResourceTracking.record(of: pointer))
    #expect(record.released?.addresses.isEmpty == false)
    #expect("\(record)".contains("made by:") && "\(record)".contains("released by:"))
    #expect(!ResourceTracking.live.contains { $0.address == UInt(bitPattern: pointer) })
    // Handed on: nothing is known of it any more.
    let given = ForeignResource(takingOwnershipOf: Self.number(2), name: "given") { $0.deallocate() }.giveUp()
    #expect(ResourceTracking.record(of: given) == nil)
    given.deallocate()
    // Shared: where it was made goes with it.
    let address: UInt
    do {
      let kept = Self.number(3)
      address = UInt(bitPattern: kept)
      let shared = ForeignResource(takingOwnershipOf: kept, name: "shared") { $0.deallocate() }.share()
      #expect(ResourceTracking.record(of: kept)?.released == nil)
      try shared.release()
      #expect(ResourceTracking.record(of: kept)?.released != nil)
      guard
        case .released("shared", .some, .some)? = #expect(
          throws: ForeignResourceError.self, performing: { try shared.retain() })
      else {
        Issue.record("no stacks")
        return
      }
    }
    #expect(!ResourceTracking.live.contains { $0.address == address })
  }

  @Test func trackingForgetsTheOldestReleased() throws {
    ResourceTracking.isEnabled = true
    defer { ResourceTracking.isEnabled = false }
    // All at once, so that each has an address of its own.
    let pointers = (0..<1500).map { Self.number($0) }
    defer { for pointer in pointers { pointer.deallocate() } }
    for pointer in pointers { ForeignResource(takingOwnershipOf: pointer, name: "number") { _ in }.release() }
    #expect(ResourceTracking.record(of: pointers[0]) == nil)
    #expect(ResourceTracking.record(of: pointers[1499])?.released != nil)
  }

  @Test func opaquePointersHaveOwnersToo() throws {
    let freed = Counter()
    let opaque = OpaquePointer(Self.number(4))
    let resource = ForeignResource(takingOwnershipOf: opaque, name: "opaque") {
      freed.add()
      UnsafeMutablePointer<Int32>($0).deallocate()
    }
    #expect(resource.withPointer { (pointer: OpaquePointer) in pointer == opaque })
    let shared = resource.share()
    #expect(try shared.withPointer { (pointer: OpaquePointer) in UnsafePointer<Int32>(pointer).pointee } == 4)
    try shared.release()
    #expect(freed.value == 1)
    let other = ForeignResource(takingOwnershipOf: OpaquePointer(Self.number(5)), name: "opaque") { _ in freed.add() }
    let given: OpaquePointer = other.giveUp()
    #expect(freed.value == 1)
    UnsafeMutablePointer<Int32>(given).deallocate()
  }

  @Test func usesAndTheLastReleaseMeet() throws {
    for _ in 0..<200 {
      let freed = Counter()
      let resource = SharedForeignResource(takingOwnershipOf: Self.number(9)) {
        freed.add()
        $0.deallocate()
      }
      Thread.run(3) { thread in
        if thread == 0 {
          try? resource.release()
        } else if let value = try? resource.withPointer({ $0.pointee }) {
          #expect(value == 9)
        }
      }
      #expect(freed.value == 1)
    }
  }

  @Test func anOwnerThatGoesFreesWhatIsLeft() {
    let freed = Counter()
    do {
      _ = SharedForeignResource(takingOwnershipOf: Self.number(9)) {
        freed.add()
        $0.deallocate()
      }
    }
    #expect(freed.value == 1)
  }
}
