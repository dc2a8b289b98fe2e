import Flow
import Foundation

/// The map types of a unit, each numbered once. Threads that lower files of one module share it.
final class MapTypes: @unchecked Sendable {
  // Unchecked: everything is read and written under `lock`.
  private let lock = NSLock()
  private var numbers: [MapType: Int32] = [:]
  private var types: [MapType] = []

  func number(_ type: MapType) -> Int32 {
    lock.lock()
    defer { lock.unlock() }
    if let known = numbers[type] { return known }
    numbers[type] = Int32(types.count)
    types.append(type)
    return Int32(types.count - 1)
  }

  /// All of them, by number.
  var all: [MapType] {
    lock.lock()
    defer { lock.unlock() }
    return types
  }
}
