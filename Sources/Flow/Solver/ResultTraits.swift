/// What of a function's result tells whether it is worth a look.
struct ResultTraits: OptionSet, Sendable, Hashable {
  let rawValue: Int

  /// A call of the function changes nothing and returns nothing that is followed.
  static let isTrivial = ResultTraits(rawValue: 1 << 0)
  /// Memory of C that callers can know begins or ends in it.
  static let endsMemory = ResultTraits(rawValue: 1 << 1)
  /// Callers see what it does to maps.
  static let touchesMaps = ResultTraits(rawValue: 1 << 2)
  /// Callers see that it frees something.
  static let frees = ResultTraits(rawValue: 1 << 3)
  /// Memory that was allocated for it is freed on some way.
  static let hasFreedAllocations = ResultTraits(rawValue: 1 << 4)

  /// There are events of a kind.
  static func has(_ kind: FlowEvent.Kind) -> ResultTraits { ResultTraits(rawValue: 1 << (8 + Int(kind.rawValue))) }

  init(rawValue: Int) { self.rawValue = rawValue }

  init(_ events: [FlowEvent], _ summary: Summary, hasFreedAllocations: Bool) {
    self = []
    for event in events { insert(.has(event.kind)) }
    if summary.isTrivial { insert(.isTrivial) }
    if summary.endsMemory { insert(.endsMemory) }
    if hasFreedAllocations { insert(.hasFreedAllocations) }
    for summaryCase in summary.cases {
      for placed in summaryCase.effects {
        switch placed.effect {
        case .mapStore, .mapLoad, .mapNext, .mapDelete, .mapClear: insert(.touchesMaps)
        case .free: insert(.frees)
        default: break
        }
      }
    }
  }
}
