/// A guarded block.
public struct GuardBlock: Sendable, Equatable, Codable {
  /// Where it begins.
  public let address: UInt64
  /// The bytes that were asked for.
  public let size: UInt64
  /// Who allocated it.
  public let allocated: GuardStack
  /// Who freed it; nil for a live block.
  public let freed: GuardStack?

  /// Size and place, in words.
  var text: String { "\(size) \(size == 1 ? "byte" : "bytes") at \(GuardFault.hexadecimal(address))" }

  /// The stacks of its end and of its beginning, as lines.
  var stackLines: [String] {
    (freed.map { $0.lines("freed by thread \($0.thread)") } ?? [])
      + allocated.lines("allocated by thread \(allocated.thread)")
  }
}
