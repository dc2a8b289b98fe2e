/// What an allocator has in use, at one time.
public struct MemoryReport: Sendable, Equatable {
  /// The spans of one size class.
  public struct SizeClassUse: Sendable, Equatable {
    /// Bytes of an object.
    public let objectBytes: Int
    /// Objects in use.
    public let objects: Int
    /// Spans in use.
    public let spans: Int
    /// Bytes of these spans.
    public let spanBytes: Int
  }

  /// The memory of one `MemoryAccount`.
  public struct AccountUse: Sendable, Equatable {
    /// What the memory is for.
    public let name: String
    /// Bytes that were asked for and are in use.
    public let liveBytes: Int
    /// Blocks in use.
    public let blocks: Int
    /// Bytes of parts of blocks that were given back while a map moved out of them, so far.
    public let releasedBytes: Int
    /// Allocations so far.
    public let allocations: Int
  }

  /// Bytes that were asked for and are in use.
  public let liveBytes: Int
  /// Bytes of the pages that these lie in.
  public let pageBytes: Int
  /// Bytes of address space.
  public let reservedBytes: Int
  /// Bytes that have been given back to the system so far.
  public let releasedBytes: Int
  /// Blocks with pages of their own.
  public let largeBlocks: Int
  /// Bytes of these pages.
  public let largeBytes: Int
  /// Allocations so far.
  public let allocations: Int
  /// The size classes in use.
  public let sizeClasses: [SizeClassUse]
  /// The accounts that there are, in the order in which they were made.
  public let accounts: [AccountUse]
}

extension MemoryReport: CustomStringConvertible {
  /// The report as a table.
  public var description: String {
    var lines = [
      "live \(liveBytes) bytes in \(pageBytes) bytes of pages, reserved \(reservedBytes), released so far \(releasedBytes)",
      "\(largeBlocks) blocks of \(largeBytes) bytes with pages of their own",
    ]
    for use in sizeClasses {
      lines.append("\(use.objectBytes) bytes: \(use.objects) objects in \(use.spans) spans of \(use.spanBytes) bytes")
    }
    for use in accounts {
      lines.append(
        "\(use.name): \(use.liveBytes) bytes in \(use.blocks) blocks, \(use.allocations) allocations, released so far \(use.releasedBytes)"
      )
    }
    return lines.joined(separator: "\n")
  }
}
