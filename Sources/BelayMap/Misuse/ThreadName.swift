#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The threads of the process.
enum ThreadName {
  /// A number that tells the calling thread from all others that run now.
  static var current: UInt64 {
    #if canImport(Darwin)
      var identifier: UInt64 = 0
      pthread_threadid_np(nil, &identifier)
      return identifier
    #else
      return UInt64(pthread_self())
    #endif
  }

  /// Lets other threads run.
  static func yield() { sched_yield() }
}
