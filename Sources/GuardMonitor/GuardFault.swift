import Diagnosis

/// A fault that the guard has caught, with what was known while the process was held at it.
public struct GuardFault: Sendable, Equatable, Codable {
  /// What happened.
  public enum Kind: String, Sendable, Codable {
    /// A block was read or written after it was freed.
    case useAfterFree = "use-after-free"
    /// An access behind the end of a block.
    case overflow
    /// An access before the start of a block.
    case underflow
    /// An access to guarded memory that belongs to no block.
    case wildAccess = "wild-access"
    /// A block was freed again.
    case doubleFree = "double-free"
    /// A free of an address that is not the start of a block.
    case invalidFree = "invalid-free"
    /// Bytes beside a block were found overwritten when it was freed.
    case corruptedNeighbourhood = "overwritten-bounds"
  }

  /// How memory was accessed, where the processor says.
  public enum Access: String, Sendable, Codable {
    case unknown, read, write
  }

  /// What happened.
  public let kind: Kind
  /// How memory was accessed.
  public let access: Access
  /// What was accessed or freed.
  public let address: UInt64
  /// The process.
  public let process: UInt32
  /// Who did it.
  public let stack: GuardStack
  /// The block that it happened to, where that is known.
  public let block: GuardBlock?
  /// The maps that hold the block's address.
  public let holders: [MapHolder]
  /// What could not be known about maps, and why.
  public let limitations: [String]
}
