/// The calls that a thread was in: their return addresses, the innermost first.
public struct StackTrace: Sendable, Hashable {
  /// Where each call returns to.
  public let addresses: [UInt]

  /// Makes a trace of addresses that were taken elsewhere.
  public init(addresses: [UInt]) { self.addresses = addresses }

  /// The calls that the current thread is in.
  ///
  /// Uses the unwinder of the C library: about a microsecond a call, the first time in a process a millisecond. Where the C
  /// library has none, the trace is empty. Not for signal handlers.
  /// - Parameters:
  ///   - limit: How many calls at most.
  ///   - skipping: How many of the innermost to leave out, besides `capture` itself.
  @inline(never)
  public static func capture(limit: Int = 32, skipping: Int = 0) -> StackTrace {
    precondition(
      limit > 0 && skipping >= 0, "Belay: a stack trace of \(limit) calls without \(skipping) cannot be taken")
    guard let unwind = Self.unwind else { return StackTrace(addresses: []) }
    // The first frame is this function's: it is called directly, so there is one however it was compiled.
    var frames = [UnsafeMutableRawPointer?](repeating: nil, count: limit + skipping + 1)
    let count = Int(unwind(&frames, CInt(frames.count)))
    let addresses = frames[..<min(max(0, count), frames.count)].dropFirst(skipping + 1).map { UInt(bitPattern: $0) }
    return StackTrace(addresses: addresses)
  }

  private typealias Unwind = @convention(c) (UnsafeMutablePointer<UnsafeMutableRawPointer?>, CInt) -> CInt

  /// `backtrace` of the C library, which Swift's view of that library leaves out.
  private static let unwind: Unwind? = ProcessSymbols.address(of: "backtrace").map {
    // The symbol has had this type since glibc 2.1.
    unsafeBitCast($0, to: Unwind.self)
  }
}

extension StackTrace: CustomStringConvertible {
  /// A line for each call: the function, and where in the function the call is.
  ///
  /// - Complexity: Reads the symbol tables of the modules that the calls lie in, the first time.
  public var description: String {
    let modules = LoadedModules.current()
    return addresses.map { modules.describe(UInt64($0)) }.joined(separator: "\n")
  }
}
