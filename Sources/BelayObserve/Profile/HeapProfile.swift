import PprofFormat
import StackTraces
import SwiftProtobuf

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What maps have allocated by the calls that asked for it: since the beginning, and what of it is in use.
public struct HeapProfile: Sendable {
  /// What one stack asked for; estimates, unless every block was remembered.
  public struct Counts: Sendable, Equatable {
    /// Blocks since the beginning.
    public internal(set) var allocatedBlocks: Double
    /// Their bytes.
    public internal(set) var allocatedBytes: Double
    /// Blocks in use.
    public internal(set) var liveBlocks: Double
    /// Their bytes, without those that have gone back already.
    public internal(set) var liveBytes: Double

    static let zero = Counts(allocatedBlocks: 0, allocatedBytes: 0, liveBlocks: 0, liveBytes: 0)

    mutating func add(blocks: Double, bytes: Double) {
      allocatedBlocks += blocks
      allocatedBytes += bytes
      liveBlocks += blocks
      liveBytes += bytes
    }
  }

  /// What each stack asked for.
  public let counts: [StackTrace: Counts]
  /// How many bytes lie, on average, between remembered blocks.
  public let samplingBytes: Int
  /// When the profile was taken, in nanoseconds since 1970.
  public let timeInNanoseconds: Int64

  init(counts: [StackTrace: Counts], samplingBytes: Int) {
    self.counts = counts
    self.samplingBytes = samplingBytes
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    timeInNanoseconds = Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
  }

  /// The sum over all stacks.
  public var total: Counts {
    counts.values.reduce(into: .zero) {
      $0.allocatedBlocks += $1.allocatedBlocks
      $0.allocatedBytes += $1.allocatedBytes
      $0.liveBlocks += $1.liveBlocks
      $0.liveBytes += $1.liveBytes
    }
  }

  /// The profile as pprof reads it (`go tool pprof FILE`): the sample types of Go's own heap profiles, with the names of functions where the modules' symbol tables have them.
  ///
  /// - Complexity: Linear in the number of stacks, and in the symbol tables of the modules that they lie in.
  public func encoded() throws -> [UInt8] { try ProfileBuilder.message(self).serializedBytes() }

  /// Writes `encoded()` to a file, under a temporary name first, so that nobody reads half a profile.
  ///
  /// - Throws: `ProfileError.cannotWrite` with the system's reason; then a file that was there before is as it was.
  public func write(to path: String) throws {
    let bytes = try encoded()
    let temporary = path + ".part"
    guard let file = fopen(temporary, "wb") else { throw ProfileError.cannotWrite(path, reason: Self.reason()) }
    let written = fwrite(bytes, 1, bytes.count, file)
    let isWritten = written == bytes.count && fflush(file) == 0
    let reason = Self.reason()
    guard fclose(file) == 0, isWritten, rename(temporary, path) == 0 else {
      unlink(temporary)
      throw ProfileError.cannotWrite(path, reason: isWritten ? Self.reason() : reason)
    }
  }

  private static func reason() -> String { String(cString: strerror(errno)) }
}
