#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Threads of the system: unlike those of a pool, they end.
enum Thread {
  private final class Body: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  #if canImport(Darwin)
    typealias Identifier = pthread_t?
  #else
    typealias Identifier = pthread_t
  #endif

  /// Tells the calling thread from all others that run now.
  static var number: UInt64 {
    #if canImport(Darwin)
      UInt64(UInt(bitPattern: pthread_self()))
    #else
      UInt64(pthread_self())
    #endif
  }

  /// Starts a thread.
  @discardableResult
  static func run(_ body: @escaping @Sendable () -> Void) -> Identifier {
    #if canImport(Darwin)
      var thread: pthread_t?
    #else
      var thread = pthread_t()
    #endif
    let error = pthread_create(
      &thread, nil,
      { argument in
        #if canImport(Darwin)
          Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
        #else
          Unmanaged<Body>.fromOpaque(argument.unsafelyUnwrapped).takeRetainedValue().run()
        #endif
        return nil
      }, Unmanaged.passRetained(Body(body)).toOpaque())
    precondition(error == 0, "no thread: \(error)")
    return thread
  }

  /// Waits until a thread has ended, destructors and all.
  static func join(_ thread: Identifier) {
    #if canImport(Darwin)
      if let thread { pthread_join(thread, nil) }
    #else
      pthread_join(thread, nil)
    #endif
  }

  /// Runs a function on several threads, and returns when they have ended.
  static func run(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
    for thread in (0..<count).map({ number in run { body(number) } }) { join(thread) }
  }
}
