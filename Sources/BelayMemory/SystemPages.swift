#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The pages of the machine.
public enum SystemPages {
  /// Bytes in a page.
  public static let byteCount = UInt(sysconf(Int32(_SC_PAGESIZE)))

  /// Lets the system put memory behind pages without a change of what they hold; false where it cannot be asked to.
  static func touch(_ base: UnsafeMutableRawPointer, byteCount: Int) -> Bool {
    #if os(Linux)
      // MADV_POPULATE_WRITE, since Linux 5.14; the headers of some systems do not have the name yet.
      return madvise(base, byteCount, 23) == 0
    #else
      return false
    #endif
  }

  /// Gives the memory behind pages of a private mapping to the system; they are zero when they are touched again.
  static func giveBack(_ base: UnsafeMutableRawPointer, byteCount: Int) {
    // A failure leaves the pages where they are until the block itself goes back: nothing is lost but time.
    _ = madvise(base, byteCount, MADV_DONTNEED)
  }

  /// The next page boundary at or above an address.
  static func roundUp(_ address: UInt) -> UInt { (address &+ byteCount &- 1) & ~(byteCount &- 1) }

  /// The page boundary at or below an address.
  static func roundDown(_ address: UInt) -> UInt { address & ~(byteCount &- 1) }
}
