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

  /// The next page boundary at or above an address.
  static func roundUp(_ address: UInt) -> UInt { (address &+ byteCount &- 1) & ~(byteCount &- 1) }

  /// The page boundary at or below an address.
  static func roundDown(_ address: UInt) -> UInt { address & ~(byteCount &- 1) }
}
