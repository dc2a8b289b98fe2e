/// What was done wrong with tracked memory.
public enum TrackedMemoryError: Error, Hashable, Sendable {
  /// The allocation has been freed already.
  case doubleFree(AllocationKey)
  /// The address does not begin a live allocation of this allocator: it is foreign, lies inside one, or was freed.
  case foreignMemory(UInt)
  /// The allocation that a key names has been freed.
  case deadKey(AllocationKey)
  /// The address begins a live allocation already: the library freed the memory without saying so, and handed it out again.
  case alreadyTracked(UInt)
  /// The system has no memory.
  case outOfMemory(byteCount: Int)
}

extension TrackedMemoryError: CustomStringConvertible {
  /// What happened as one sentence.
  public var description: String {
    switch self {
    case .doubleFree(let key): "allocation \(key.number) is freed already"
    case .foreignMemory(let address):
      "0x\(String(address, radix: 16)) does not begin a live allocation of this allocator"
    case .deadKey(let key): "allocation \(key.number) is gone"
    case .alreadyTracked(let address): "0x\(String(address, radix: 16)) begins a live allocation already"
    case .outOfMemory(let byteCount): "no memory for \(byteCount) bytes"
    }
  }
}

extension TrackedMemoryError {
  /// The status of `belay.h`.
  var status: Int32 {
    switch self {
    case .doubleFree: 11
    case .foreignMemory: 12
    case .deadKey: 13
    case .alreadyTracked: 14
    case .outOfMemory: 7
    }
  }
}
