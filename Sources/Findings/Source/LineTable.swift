import Foundation

/// Where the lines of a text start, so that offsets lead to lines and columns.
public struct LineTable: Sendable, Equatable {
  private let starts: [UInt32]

  /// The lines of a text as places count them: each ends with a line feed. Complexity: linear in the text.
  public init(_ text: UnsafeRawBufferPointer) {
    var starts: [UInt32] = [0]
    starts.reserveCapacity(text.count / 24 + 4)
    if let base = text.baseAddress {
      var offset = 0
      // Unsafe: memchr stays within the `count - offset` bytes that are left.
      while offset < text.count, let found = memchr(base + offset, 0x0A, text.count - offset) {
        offset = base.distance(to: UnsafeRawPointer(found)) + 1
        starts.append(UInt32(offset))
      }
    }
    self.starts = starts
  }

  /// Lines that are told apart in another way.
  ///
  /// - Parameter starts: the offset of the first byte of each line, ascending; the first is 0.
  public init(starts: [UInt32]) { self.starts = starts }

  /// How many lines there are; at least one.
  public var count: Int { starts.count }

  /// The offset of the first byte of a line, counted from 0.
  public subscript(_ line: Int) -> Int { Int(starts[line]) }

  /// The line of an offset, counted from 0; behind the text it is the last. Complexity: O(log lines).
  public func line(at offset: Int) -> Int {
    var low = 0
    var high = starts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if Int(starts[middle]) <= offset { low = middle } else { high = middle }
    }
    return low
  }

  /// The line and column of an offset, counted from 1, the column in bytes. Complexity: O(log lines).
  public func position(at offset: UInt32) -> (line: Int, column: Int) {
    let line = line(at: Int(offset))
    return (line + 1, Int(offset) - self[line] + 1)
  }
}
