/// A program or shared library in this process.
public struct LoadedModule: Sendable, Hashable {
  /// The file it was loaded from.
  public let path: String
  /// The addresses of its code.
  public let code: Range<UInt>
  /// The place in the file that lies at the start of `code`.
  public let fileOffset: UInt

  /// The place in the file that was loaded at an address.
  func fileOffset(of address: UInt) -> UInt { address - code.lowerBound + fileOffset }
}

extension LoadedModule {
  /// Reads a line of `/proc/self/maps`; nil unless it is code from a file.
  init?(mapping line: String) {
    let parts = line.split(separator: " ", maxSplits: 5, omittingEmptySubsequences: true)
    guard parts.count == 6, parts[1].contains("x"), let offset = UInt(parts[2], radix: 16) else { return nil }
    let file = parts[5].drop { $0 == " " }
    guard file.hasPrefix("/") else { return nil }
    let ends = parts[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
    guard ends.count == 2, ends[0] < ends[1] else { return nil }
    path = String(file)
    code = ends[0]..<ends[1]
    fileOffset = offset
  }
}
