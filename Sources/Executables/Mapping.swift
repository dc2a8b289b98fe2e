/// A run of addresses of a process with one origin and one protection.
public struct Mapping: Sendable, Hashable {
  /// The first address.
  public let start: UInt64
  /// The address behind the last.
  public let end: UInt64
  /// Whether it can be read.
  public let isReadable: Bool
  /// Whether it can be written.
  public let isWritable: Bool
  /// Whether it can be executed.
  public let isExecutable: Bool
  /// Where it starts in its file.
  public let offset: UInt64
  /// The file, or the kernel's name in brackets; empty for anonymous memory and for what a core dump does not name.
  public let path: String

  /// A mapping.
  public init(
    start: UInt64, end: UInt64, isReadable: Bool, isWritable: Bool, isExecutable: Bool, offset: UInt64, path: String
  ) {
    self.start = start
    self.end = end
    self.isReadable = isReadable
    self.isWritable = isWritable
    self.isExecutable = isExecutable
    self.offset = offset
    self.path = path
  }

  /// The size in bytes.
  public var size: UInt64 { end - start }
  /// The place in its file that stands at an address.
  public func fileOffset(of address: UInt64) -> UInt64 { address &- start &+ offset }
  /// Whether a file is behind it.
  public var isFile: Bool { path.hasPrefix("/") }
  /// The protection in the form of `/proc/PID/maps`.
  public var protection: String {
    (isReadable ? "r" : "-") + (isWritable ? "w" : "-") + (isExecutable ? "x" : "-")
  }

  /// The mappings of a process now, in order; nil, with the reason in `errno`, if it has ended or belongs to somebody else.
  public static func all(ofProcess pid: Int32) -> [Mapping]? { SystemFile.text("/proc/\(pid)/maps").map(parse) }

  /// The mappings in the text of a `/proc/PID/maps` (proc(5)), in order. Lines that are not understood are left out.
  public static func parse(_ text: String) -> [Mapping] {
    text.split(separator: "\n").compactMap { line in
      let fields = line.split(separator: " ", maxSplits: 5, omittingEmptySubsequences: true)
      guard fields.count >= 5 else { return nil }
      let range = fields[0].split(separator: "-")
      guard range.count == 2, let start = UInt64(range[0], radix: 16), let end = UInt64(range[1], radix: 16),
        start < end,
        let offset = UInt64(fields[2], radix: 16)
      else { return nil }
      let path = fields.count > 5 ? String(fields[5].drop { $0 == " " }) : ""
      return Mapping(
        start: start, end: end, isReadable: fields[1].contains("r"), isWritable: fields[1].contains("w"),
        isExecutable: fields[1].contains("x"), offset: offset, path: path)
    }
  }
}

extension [Mapping] {
  /// The mapping that holds an address. The mappings must be in order.
  /// - Complexity: O(log *n*)
  public func mapping(at address: UInt64) -> Mapping? {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if self[middle].end <= address { low = middle + 1 } else { high = middle }
    }
    return low < count && self[low].start <= address ? self[low] : nil
  }
}
