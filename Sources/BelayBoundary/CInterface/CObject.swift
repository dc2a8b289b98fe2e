/// A C object in a table of `belay.h`: its end is that of the last reference.
final class CObject: @unchecked Sendable {
  // Sendable holds as the pointers are only handed through; C answers for what is behind them.
  let pointer: UnsafeMutableRawPointer?
  private var ending: CEnding

  init(_ pointer: UnsafeMutableRawPointer?, _ ending: CEnding) {
    self.pointer = pointer
    self.ending = ending
  }

  /// The object is the caller's again: its end does not run. Before anybody else knows it.
  func giveBack() { ending = CEnding(function: nil, context: nil) }

  deinit { ending.run(pointer) }
}

/// A C function with its context.
struct CEnding: @unchecked Sendable {
  // Sendable holds as the interface says that the function is called from any thread.
  let function: (@convention(c) (UnsafeMutableRawPointer?, UnsafeMutableRawPointer?) -> Void)?
  let context: UnsafeMutableRawPointer?

  func run(_ pointer: UnsafeMutableRawPointer?) { function?(pointer, context) }
}

/// A table of `belay.h`.
final class CTable: Sendable {
  let handles: HandleTable<CObject>
  let ending: CEnding

  init(name: String, ending: CEnding) {
    handles = HandleTable(name: name)
    self.ending = ending
  }

  static func of(_ table: OpaquePointer) -> CTable {
    Unmanaged<CTable>.fromOpaque(UnsafeRawPointer(table)).takeUnretainedValue()
  }
}

extension HandleError {
  /// The status of `belay.h`.
  var status: Int32 {
    switch self {
    case .stale: 1
    case .doubleRelease: 2
    case .foreign: 3
    case .forged: 4
    case .tooManyReferences: 5
    case .exhausted: 6
    case .outOfMemory: 7
    case .closed: 8
    }
  }
}
