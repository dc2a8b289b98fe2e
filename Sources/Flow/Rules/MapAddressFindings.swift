import Findings

/// What BM010 and BM011 share: addresses of a map, or of its inside, that reach C or are kept.
enum MapAddressFindings {
  /// The findings of a rule.
  ///
  /// - Parameters:
  ///   - isInside: whether the rule is about the inside of maps, or about the maps themselves.
  ///   - taken: what the first step says.
  ///   - message: what the finding says, from what happens to the address.
  static func all(
    _ rule: RuleDescription, in analysis: Analysis, isInside: Bool, taken: String, message: (String) -> String
  ) -> [Finding] {
    analysis.mapAddresses.uses.filter { use in
      use.isInside == isInside
        && rule.languages.contains(analysis.program.function(use.function).language.described)
    }.map { use in
      let target =
        switch use.sink.target {
        case .foreign(let name): "passed to `C.\(analysis.name(name))`"
        case .foreignField: "stored in a struct of C's"
        case .kept: "kept"
        }
      let place = analysis.place(use.range)
      return Finding(
        rule: rule.id, severity: .red, message: message(target), place: place,
        symbol: analysis.name(analysis.program.function(use.function).displayName),
        steps: [
          FlowStep(.used, at: analysis.place(use.taken), taken), FlowStep(.passed, at: place, "\(target) here"),
        ])
    }
  }
}
