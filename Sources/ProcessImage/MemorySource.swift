import CProcess
import Executables

/// What an image reads memory from.
protocol MemorySource: AnyObject {
  /// The mappings, in order of their addresses.
  var mappings: [Mapping] { get }
  /// What the kernel told the program when it started: pairs of a kind and a value.
  var auxiliaryVector: [UInt64: UInt64] { get }
  /// The threads and where they stand, as far as that is known.
  var threads: [ThreadState] { get }

  /// Copies memory, and returns how many bytes from the start could be read.
  func read(_ address: UInt64, into target: UnsafeMutableRawBufferPointer) -> Int
  /// Copies several pieces. Returns the indices of those that could not be read wholly; their targets are zero beyond what was read.
  func read(_ pieces: [belay_copy]) -> [Int]
  /// The bytes themselves, where they stand in this process's memory in one piece.
  func bytes(at address: UInt64, count: Int) -> UnsafeRawBufferPointer?
}
