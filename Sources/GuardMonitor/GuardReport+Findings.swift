import Findings

extension GuardReport {
  /// The rules that ``finding(root:)`` names: one for each kind of fault, and one for freed memory in a map.
  public static let rules: [RuleDescription] = [
    rule(GuardFault.Kind.useAfterFree.rawValue, "Memory was used after it was freed."),
    rule(GuardFault.Kind.overflow.rawValue, "Memory behind the end of a block was accessed."),
    rule(GuardFault.Kind.underflow.rawValue, "Memory before the start of a block was accessed."),
    rule(GuardFault.Kind.wildAccess.rawValue, "Memory that belongs to no block was accessed."),
    rule(GuardFault.Kind.doubleFree.rawValue, "A block was freed twice."),
    rule(GuardFault.Kind.invalidFree.rawValue, "An address was freed that is not where a block begins."),
    rule(GuardFault.Kind.corruptedNeighbourhood.rawValue, "Bytes beside a block were overwritten."),
    rule("freed-in-map", "A map holds memory that was freed."),
  ]

  private static func rule(_ name: String, _ summary: String) -> RuleDescription {
    RuleDescription(
      id: "guard/\(name)", name: name, severity: .red, languages: [.go, .swift], summary: summary,
      page: "\(summary) See docs/guard.md.")
  }

  /// The report as a finding, for SARIF; nil for a note, and where no call has a place in a source file.
  ///
  /// - Parameter root: The folder to which files are named relatively.
  public func finding(root: String) -> Finding? {
    switch self {
    case .fault(let fault):
      let steps = Self.steps(fault.block, root) + Self.step(.used, fault.stack, "happens here", root)
      return Self.finding(
        fault.kind.rawValue, fault.summary, fault.holders.map(\.text), at: fault.stack, fault.block, steps, root)
    case .holding(let holding):
      return Self.finding(
        "freed-in-map", holding.summary, [holding.holder.text], at: holding.oldest.freed ?? holding.oldest.allocated,
        holding.oldest, Self.steps(holding.oldest, root), root)
    case .note: return nil
    }
  }

  private static func finding(
    _ rule: String, _ summary: String, _ holders: [String], at stack: GuardStack, _ block: GuardBlock?,
    _ steps: [FlowStep], _ root: String
  ) -> Finding? {
    let frame = [stack, block?.freed, block?.allocated].compactMap { $0?.place }.first { $0.file != nil }
    guard let frame, let place = place(of: frame, root) else { return nil }
    return Finding(
      rule: "guard/\(rule)", severity: .red,
      message: ([summary] + holders.map { "held by \($0)" }).joined(separator: "; "), place: place,
      symbol: frame.function ?? "", steps: steps)
  }

  private static func steps(_ block: GuardBlock?, _ root: String) -> [FlowStep] {
    guard let block else { return [] }
    return step(.allocated, block.allocated, "allocated here", root)
      + (block.freed.map { step(.freed, $0, "freed here", root) } ?? [])
  }

  private static func step(_ kind: FlowStep.Kind, _ stack: GuardStack, _ message: String, _ root: String) -> [FlowStep]
  {
    stack.place.flatMap { place(of: $0, root) }.map { [FlowStep(kind, at: $0, message)] } ?? []
  }

  private static func place(of frame: GuardFrame, _ root: String) -> Place? {
    guard let file = frame.file else { return nil }
    let isBelow = file.hasPrefix(root + "/")
    return Place(file: isBelow ? String(file.dropFirst(root.count + 1)) : file, line: frame.line ?? 1, column: 1)
  }
}
