import Glibc

/// Threads that run at the same time.
enum Threads {
  private final class Body {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  /// Runs functions on a thread each, and waits for all of them.
  static func run(_ functions: [@Sendable () -> Void]) {
    var threads: [pthread_t] = []
    for function in functions {
      var thread = pthread_t()
      let body = Unmanaged.passRetained(Body(function))
      let status = pthread_create(
        &thread, nil,
        { argument in
          guard let argument else { return nil }
          Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
          return nil
        }, body.toOpaque())
      guard status == 0 else {
        body.release()
        fatalError("no thread: \(String(cString: strerror(status)))")
      }
      threads.append(thread)
    }
    for thread in threads { pthread_join(thread, nil) }
  }
}

/// Something that several threads use without a lock, against all rules.
final class Unlocked<Value>: @unchecked Sendable {
  // Unchecked, and wrong: the fault is what the programs that use it are there to show.
  var value: Value
  init(_ value: Value) { self.value = value }
}
