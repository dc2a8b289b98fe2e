#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A wrong use of a map that the map has noticed.
public struct MapMisuse: Error, Sendable, Equatable {
  /// What was wrong.
  public enum Kind: Sendable, Hashable {
    /// Two writes at the same time, from two threads or from within a closure or a key's `==` that a write runs.
    case concurrentWrites
    /// A look-up while a write was under way.
    case concurrentReadAndWrite
    /// An iteration while a write was under way.
    case concurrentIterationAndWrite
    /// A write while somebody held exclusive access.
    case writeDuringExclusiveAccess
    /// A key's hash is another than when the key was inserted.
    case keyHashChanged
    /// A use of a map whose arena has been freed.
    case arenaFreed
    /// A write through a map variable that is nil.
    case nilMapWrite
    /// A monitor found something damaged; the text says what.
    case integrityAlarm(String)
  }

  /// What was wrong.
  public let kind: Kind
  /// The types of the map, or its name.
  public let map: String
  /// The thread that noticed.
  public let thread: UInt64
  /// The other thread, where it could be found out; the same as `thread` for a write within a write.
  public let otherThread: UInt64?
}

extension MapMisuse {
  /// A misuse that a monitor found on this thread.
  package init(integrityAlarm text: String, of subject: String) {
    self.init(kind: .integrityAlarm(text), map: subject, thread: ThreadName.current, otherThread: nil)
  }
}

extension MapMisuse: CustomStringConvertible {
  /// The fault as one sentence.
  public var description: String {
    let what =
      switch kind {
      case .concurrentWrites: "concurrent map writes"
      case .concurrentReadAndWrite: "concurrent map read and map write"
      case .concurrentIterationAndWrite: "concurrent map iteration and map write"
      case .writeDuringExclusiveAccess: "map write during exclusive access"
      case .keyHashChanged: "the hash of a key changed while the key was in the map"
      case .arenaFreed: "use of a map after its arena was freed"
      case .nilMapWrite: "write to a nil map"
      case .integrityAlarm(let text): text
      }
    if case .integrityAlarm = kind { return what }
    let who =
      if let otherThread {
        otherThread == thread ? " (both on thread \(thread))" : " (threads \(thread) and \(otherThread))"
      } else {
        kind == .nilMapWrite || kind == .keyHashChanged || kind == .arenaFreed ? "" : " (thread \(thread) and another)"
      }
    return "\(what): \(map)\(who)"
  }
}
