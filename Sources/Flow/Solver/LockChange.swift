/// A lock that a call takes and leaves taken, or gives back.
struct LockChange: Hashable {
  var path: MemoryPath
  var mode: LockMode
  /// Otherwise it is given back.
  var isTaken: Bool

  /// What the name of a function says that takes one lock and nothing else, for functions that show no more: `lock(&l)` of Go's runtime, a spin lock made of
  /// atomic operations.
  static func byConvention(_ name: String) -> (mode: LockMode, isTaken: Bool)? {
    switch FlowReport.lastPart(name).lowercased() {
    case "lock": (.exclusive, true)
    case "unlock": (.exclusive, false)
    case "rlock": (.shared, true)
    case "runlock": (.shared, false)
    default: nil
    }
  }
}
