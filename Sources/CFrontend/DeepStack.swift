#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

// libclang parses by recursion, and no look at the source tells how deep: a dozen macros that name each other twice expand to thousands of operators. An overflow of
// the stack is a signal, which libclang's crash recovery turns into a source that was not read, if only its handler has a stack to run on. So the work runs on a
// thread with much stack of its own and a second one for signals; libclang is told to parse on the thread that calls it.

/// Threads for work whose depth is not known.
enum DeepStack {
  /// What a thread gets; it takes memory only as far as it is used.
  private static let size = 64 << 20
  private static let signalStackSize = 128 << 10

  /// Tells libclang, before it is loaded, to parse on the calling thread.
  static func prepare() { setenv("LIBCLANG_NOTHREADS", "1", 1) }

  /// Lets the handlers that libclang's crash recovery has set run on the stack for signals.
  static func moveSignalHandlers() {
    for signal in [SIGSEGV, SIGBUS] {
      var action = sigaction()
      guard sigaction(signal, nil, &action) == 0 else { continue }
      action.sa_flags |= Int32(SA_ONSTACK)
      sigaction(signal, &action, nil)
    }
  }

  /// Runs work on a thread of its own, and waits for it. Where no thread can be had, it runs here.
  static func run<Result>(_ body: () -> Result) -> Result {
    withoutActuallyEscaping(body) { body in
      let work = Work(body)
      var attributes = pthread_attr_t()
      pthread_attr_init(&attributes)
      pthread_attr_setstacksize(&attributes, size)
      defer { pthread_attr_destroy(&attributes) }
      #if canImport(Darwin)
        var thread: pthread_t?
      #else
        var thread = pthread_t()
      #endif
      // Unsafe: the thread gives back the reference that it is handed here.
      let reference = Unmanaged.passRetained(work as AnyWork).toOpaque()
      let failure = pthread_create(
        &thread, &attributes,
        { argument in
          #if canImport(Darwin)
            let work = Unmanaged<AnyWork>.fromOpaque(argument).takeRetainedValue()
          #else
            let work = Unmanaged<AnyWork>.fromOpaque(argument!).takeRetainedValue()
          #endif
          DeepStack.withSignalStack { work.run() }
          return nil
        }, reference)
      if failure != 0 {
        Unmanaged<AnyWork>.fromOpaque(reference).release()
        return body()
      }
      #if canImport(Darwin)
        pthread_join(thread!, nil)
      #else
        pthread_join(thread, nil)
      #endif
      return work.result!
    }
  }

  private static func withSignalStack(_ body: () -> Void) {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: signalStackSize, alignment: 16)
    var stack = stack_t()
    stack.ss_sp = memory
    stack.ss_size = signalStackSize
    sigaltstack(&stack, nil)
    body()
    stack.ss_flags = Int32(SS_DISABLE)
    sigaltstack(&stack, nil)
    memory.deallocate()
  }

  /// What a thread is handed.
  private class AnyWork {
    func run() {}
  }

  private final class Work<Result>: AnyWork {
    private let body: () -> Result
    private(set) var result: Result?

    init(_ body: @escaping () -> Result) { self.body = body }

    override func run() { result = body() }
  }
}
