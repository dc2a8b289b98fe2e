import Locks
import StackTraces
import Synchronization

/// Whether foreign resources remember the stacks of where they were made and released.
///
/// Off by default: a stack costs microseconds. On, an error says where the resource went, `live` lists what nobody has released yet, and
/// `record(of:)` says of a pointer that turns up in C, in a debugger or in a crash report where it was made and released.
///
///     ResourceTracking.isEnabled = true
///     …
///     for leak in ResourceTracking.live { print(leak) }
///
/// Both forms are tracked, `ForeignResource` and `SharedForeignResource`; of a resource that was given up nothing is known any more.
public enum ResourceTracking {
  private static let isOn = Atomic<Bool>(false)
  private static let log = ResourceLog()

  /// Whether resources that are made from now on remember stacks.
  public static var isEnabled: Bool {
    get { isOn.load(ordering: .relaxed) }
    set { isOn.store(newValue, ordering: .relaxed) }
  }

  /// Tracked resources that have not been released, in the order in which they were made.
  ///
  /// - Complexity: Linear in their number.
  public static var live: [ResourceRecord] { log.live }

  /// The last tracked resource at an address, live or released; of released ones the last thousand are known.
  ///
  /// - Complexity: O(1) on average.
  public static func record(of pointer: UnsafeRawPointer) -> ResourceRecord? { log.record(UInt(bitPattern: pointer)) }

  /// Remembers a resource; nil when tracking is off.
  static func made(_ pointer: UnsafeRawPointer, name: String) -> TrackedResource? {
    guard isEnabled else { return nil }
    return log.add(UInt(bitPattern: pointer), name, StackTrace.capture(skipping: 2))
  }

  /// The resource is about to be released by the calling thread. Before its memory can be handed out again.
  static func released(_ resource: TrackedResource) -> StackTrace {
    let stack = StackTrace.capture(skipping: 2)
    log.release(resource, stack)
    return stack
  }

  /// Somebody else owns it now.
  static func forget(_ resource: TrackedResource) { log.forget(resource) }
}

/// How a resource that is tracked names itself.
struct TrackedResource: Sendable {
  let number: UInt64
  let address: UInt
  let made: StackTrace
}

/// What is known of the resources. Everything happens under the lock.
private final class ResourceLog: @unchecked Sendable {
  // Sendable holds because all of it is reached under the lock.
  private static let releasedLimit = 1024

  private let mutex = Mutex()
  private var last: UInt64 = 0
  private var records: [UInt64: ResourceRecord] = [:]
  /// The last resource at an address.
  private var byAddress: [UInt: UInt64] = [:]
  /// A ring of those that were released.
  private var released: [UInt64] = []
  private var oldest = 0

  func add(_ address: UInt, _ name: String, _ made: StackTrace) -> TrackedResource {
    mutex.locked {
      last += 1
      records[last] = ResourceRecord(name: name, address: address, made: made, released: nil)
      byAddress[address] = last
      return TrackedResource(number: last, address: address, made: made)
    }
  }

  func release(_ resource: TrackedResource, _ stack: StackTrace) {
    mutex.locked {
      records[resource.number]?.released = stack
      if released.count < Self.releasedLimit {
        released.append(resource.number)
      } else {
        drop(released[oldest])
        released[oldest] = resource.number
        oldest = (oldest + 1) % Self.releasedLimit
      }
    }
  }

  func forget(_ resource: TrackedResource) { mutex.locked { drop(resource.number) } }

  private func drop(_ number: UInt64) {
    guard let record = records.removeValue(forKey: number) else { return }
    if byAddress[record.address] == number { byAddress[record.address] = nil }
  }

  func record(_ address: UInt) -> ResourceRecord? { mutex.locked { byAddress[address].flatMap { records[$0] } } }

  var live: [ResourceRecord] {
    mutex.locked { records.filter { $0.value.released == nil }.sorted { $0.key < $1.key }.map(\.value) }
  }
}
