import BelayMemory
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

private final class Body: Sendable {
  let run: @Sendable (Int) -> Void
  let number: Int
  init(_ number: Int, _ run: @escaping @Sendable (Int) -> Void) {
    self.number = number
    self.run = run
  }
}

/// Runs a function on new threads at the same time, each given its number, and waits for them to end.
func runThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
  var threads: [pthread_t] = []
  for number in 0..<count {
    let argument = Unmanaged.passRetained(Body(number, body)).toOpaque()
    #if canImport(Darwin)
      var thread: pthread_t?
      let result = pthread_create(&thread, nil, { start($0) }, argument)
      guard let thread else { fatalError("no thread: \(result)") }
    #else
      var thread = pthread_t()
      let result = pthread_create(&thread, nil, { start($0) }, argument)
      precondition(result == 0, "no thread: \(result)")
    #endif
    threads.append(thread)
  }
  for thread in threads { pthread_join(thread, nil) }
}

private func start(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let argument else { return nil }
  let body = Unmanaged<Body>.fromOpaque(argument).takeRetainedValue()
  body.run(body.number)
  return nil
}

private final class Farewell: Sendable {
  let run: @Sendable () -> Void
  let isSecond = Atomic(false)
  init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

/// Runs a function when the calling thread ends, late among the destructors of its storage.
func onThreadEnd(_ body: @escaping @Sendable () -> Void) {
  pthread_setspecific(farewellKey, Unmanaged.passRetained(Farewell(body)).toOpaque())
}

// Runs itself again, so that it meets the storage of others both before and after their destructors.
private let farewellKey: pthread_key_t = {
  var key = pthread_key_t()
  pthread_key_create(&key) { argument in
    #if canImport(Darwin)
      let pointer: UnsafeMutableRawPointer = argument
    #else
      guard let pointer = argument else { return }
    #endif
    let farewell = Unmanaged<Farewell>.fromOpaque(pointer)
    if farewell.takeUnretainedValue().isSecond.exchange(true, ordering: .relaxed) {
      farewell.takeRetainedValue().run()
    } else {
      pthread_setspecific(farewellKey, pointer)
    }
  }
  return key
}()

/// A pin that any thread may put here.
final class PinBox: @unchecked Sendable {
  // Sendable holds because the tests that use it join the thread that wrote before another reads.
  var pin: EpochPin?
  init() { pin = nil }
}

/// A pointer to eight bytes that threads exchange.
final class UnsafeCell: Sendable {
  private let address: Atomic<UInt>

  init(_ value: Int) { address = Atomic(UInt(bitPattern: Self.make(value))) }

  private static func make(_ value: Int) -> UnsafeMutableRawPointer {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: 8, alignment: 8)
    memory.storeBytes(of: UInt64(value), as: UInt64.self)
    return memory
  }

  private static func pointer(_ address: UInt) -> UnsafeMutableRawPointer {
    guard let pointer = UnsafeMutableRawPointer(bitPattern: address) else { fatalError("a cell holds a pointer") }
    return pointer
  }

  func load() -> UnsafeMutableRawPointer { Self.pointer(address.load(ordering: .acquiring)) }
  func exchange(_ value: Int) -> UnsafeMutableRawPointer {
    Self.pointer(address.exchange(UInt(bitPattern: Self.make(value)), ordering: .acquiringAndReleasing))
  }
}
