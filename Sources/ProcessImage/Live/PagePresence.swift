import Foundation

/// Which pages of a running process are in memory.
///
/// The list of mappings does not tell: a program gives pages back without giving up their addresses, as Go does with all of its heap.
public struct PagePresence {
  private let descriptor: FileHandle
  /// The size of a page in bytes.
  public let pageSize = UInt64(sysconf(Int32(_SC_PAGESIZE)))

  /// Opens the page table of a process; nil if that is not permitted.
  public init?(pid: Int32) {
    guard let handle = FileHandle(forReadingAtPath: "/proc/\(pid)/pagemap") else { return nil }
    descriptor = handle
  }

  /// How many bytes of a range are in memory or in swap, counted in the pages that the range touches; nil where it cannot be told.
  public func presentBytes(from start: UInt64, count: UInt64) -> UInt64? {
    guard count > 0 else { return 0 }
    var page = start / pageSize
    let last = (start + count - 1) / pageSize
    guard last - page < 1 << 28 else { return nil }
    var present: UInt64 = 0
    var entries = [UInt64](repeating: 0, count: 4096)
    while page <= last {
      let wanted = Int(min(last - page + 1, UInt64(entries.count)))
      let got = entries.withUnsafeMutableBytes {
        pread(descriptor.fileDescriptor, $0.baseAddress, wanted * 8, off_t(page * 8))
      }
      guard got >= 8 else { return nil }
      for entry in entries[..<(got / 8)] where entry >> 62 != 0 { present += pageSize }
      page += UInt64(got / 8)
    }
    return present
  }
}
