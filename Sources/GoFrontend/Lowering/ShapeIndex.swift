import Flow
import Foundation

/// Digests of declaration shapes by digests of contents, kept between runs, so that only files that changed are cut into tokens for them.
struct ShapeIndex: Sendable {
  /// With more entries than this, those that the last run did not use are dropped.
  private static let maximumCount = 1 << 17

  private let path: String
  private let known: [UInt64: UInt64]

  /// The index in a folder; empty when there is none, or it cannot be read.
  init(folder: String) {
    path = folder + "/shapes"
    var known: [UInt64: UInt64] = [:]
    if let bytes = FileManager.default.contents(atPath: path), bytes.count % 16 == 0 {
      known.reserveCapacity(bytes.count / 16)
      bytes.withUnsafeBytes { buffer in
        for offset in stride(from: 0, to: buffer.count, by: 16) {
          known[buffer.loadUnaligned(fromByteOffset: offset, as: UInt64.self)] =
            buffer.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self)
        }
      }
    }
    self.known = known
  }

  /// The shape of contents with a digest, where it is known.
  func shape(of content: UInt64) -> UInt64? { known[content] }

  /// Keeps the shapes of a run for the next one. A cache that cannot be written costs time, nothing else.
  func keep(_ used: [UInt64: UInt64]) {
    if used.keys.allSatisfy({ known[$0] != nil }) { return }
    var all = known.count + used.count > Self.maximumCount ? [:] : known
    all.merge(used) { _, new in new }
    var data = Data(capacity: all.count * 16)
    for (content, shape) in all {
      withUnsafeBytes(of: content) { data.append(contentsOf: $0) }
      withUnsafeBytes(of: shape) { data.append(contentsOf: $0) }
    }
    try? data.write(to: URL(fileURLWithPath: path), options: .atomic)
  }
}
