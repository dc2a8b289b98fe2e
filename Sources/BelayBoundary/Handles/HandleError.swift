/// Why a handle table refused.
public enum HandleError: Error, Hashable {
  /// The object that the handle named has been removed or released.
  case stale(UInt64)
  /// A release or removal of a handle that is over already: somebody released it once too often, or it was removed meanwhile.
  case doubleRelease(UInt64)
  /// The word is a handle of another table, of this process or an earlier one.
  case foreign(UInt64)
  /// The word was never handed out: it is a pointer, a number, or a handle that was changed.
  case forged(UInt64)
  /// The handle has 67 108 863 references; one more cannot be counted.
  case tooManyReferences(UInt64)
  /// The table has as many handles as it can (67 108 863, less slots whose generations are used up).
  case exhausted
  /// There is no memory for more handles.
  case outOfMemory
  /// The table, context or registry has been closed.
  case closed

  /// The handle that was refused, where there is one.
  public var handle: UInt64? {
    switch self {
    case .stale(let word), .doubleRelease(let word), .foreign(let word), .forged(let word),
      .tooManyReferences(let word):
      word
    case .exhausted, .outOfMemory, .closed: nil
    }
  }

  static func name(_ word: UInt64) -> String {
    guard HandleBits.looksLikeHandle(word) else { return "0x" + String(word, radix: 16) }
    return
      "handle \(HandleBits.index(word)), generation \(HandleBits.generation(word)), table \(HandleBits.tag(word) & 0x7FF)"
  }
}

extension HandleError: CustomStringConvertible {
  /// The refusal as one sentence.
  public var description: String {
    switch self {
    case .stale(let word): "\(Self.name(word)): its object is gone"
    case .doubleRelease(let word): "\(Self.name(word)): released or removed already"
    case .foreign(let word): "\(Self.name(word)): a handle of another table"
    case .forged(let word): "\(Self.name(word)): never handed out by this table"
    case .tooManyReferences(let word): "\(Self.name(word)): too many references"
    case .exhausted: "the table has no room for another handle"
    case .outOfMemory: "no memory for another handle"
    case .closed: "closed"
    }
  }
}
