import Findings

/// Turns what the solver noticed in one function into the words, steps and places of findings.
struct FlowReport {
  let analysis: Analysis
  let id: FunctionID
  let result: FunctionResult
  let function: Function

  init?(_ analysis: Analysis, _ id: FunctionID) {
    guard let result = analysis.results[Int(id.rawValue)] else { return nil }
    self.analysis = analysis
    self.id = id
    self.result = result
    function = analysis.program.function(id)
  }

  /// The reports of all functions with events of some kinds.
  static func all(_ analysis: Analysis, with kinds: Set<FlowEvent.Kind>) -> [FlowReport] {
    let wanted = kinds.reduce(into: ResultTraits()) { $0.insert(.has($1)) }
    return analysis.program.functionIDs.compactMap { id in
      analysis.results.traits(id).isDisjoint(with: wanted) ? nil : FlowReport(analysis, id)
    }
  }

  /// A fact by where it happens, whatever function it was noticed from.
  struct Root: Hashable {
    var function: FunctionID
    var range: SourceRange
  }

  // MARK: Sites

  func place(_ site: SiteID) -> Place { analysis.place(result.sites[site].range) }

  /// Where a site shows: in closures that stand in this function, inside of them.
  func shownPlace(_ site: SiteID) -> Place {
    var current = self
    var site = site
    while let inner = current.result.sites[site].inner, let next = FlowReport(analysis, inner.function),
      next.function.parent == current.function.symbol
    {
      current = next
      site = inner.site
    }
    return current.place(site)
  }

  func root(_ site: SiteID) -> Root {
    var current = self
    var site = site
    while let inner = current.result.sites[site].inner, let next = FlowReport(analysis, inner.function) {
      current = next
      site = inner.site
    }
    return Root(function: current.id, range: current.result.sites[site].range)
  }

  /// The call that a site is inside of, by the range of the call.
  func call(_ site: SiteID) -> SourceRange? {
    result.sites[site].inner == nil ? nil : result.sites[site].range
  }

  /// Whether two sites lie in one call: then the callee has noticed it itself.
  func areInOneCall(_ left: SiteID, _ right: SiteID) -> Bool {
    guard left != .none, right != .none, let left = call(left), let right = call(right) else { return false }
    return left == right
  }

  /// The steps that lead to a site, through the calls around it.
  func steps(_ kind: FlowStep.Kind, _ site: SiteID, _ message: String) -> [FlowStep] {
    var steps: [FlowStep] = []
    var current = self
    var site = site
    while site != .none {
      let place = current.place(site)
      guard let inner = current.result.sites[site].inner, let next = FlowReport(analysis, inner.function) else {
        steps.append(FlowStep(kind, at: place, message))
        break
      }
      steps.append(FlowStep(.called, at: place, "calls `\(analysis.name(next.function.displayName))`"))
      current = next
      site = inner.site
    }
    return steps
  }

  /// The steps of an event in the order in which they happen, without a call that was told already.
  func flow(_ parts: [[FlowStep]]) -> [FlowStep] {
    var result: [FlowStep] = []
    for step in parts.joined() where result.last != step { result.append(step) }
    return result
  }

  // MARK: Names

  /// What the source calls a value.
  func name(_ value: ValueNumber, depth: Int = 0) -> String {
    guard value.index > 0, depth < 5 else { return "it" }
    let abstract = result.values[value]
    switch abstract.definition {
    case .field(.globals, let symbol):
      if let declaration = analysis.program.declaration(symbol) { return analysis.name(declaration.displayName) }
      return Self.lastPart(analysis.name(symbol))
    case .field(let base, let field):
      return name(base, depth: depth + 1) + "." + Self.lastPart(analysis.name(field))
    case .blurred(let old): return name(old, depth: depth + 1)
    case .constant(let constant):
      switch constant {
      case .integer(let number): return String(number)
      case .nil: return "nil"
      case .true: return "true"
      case .false: return "false"
      case .zero: return "0"
      case .string(let text): return analysis.name(text)
      case .other: break
      }
    case .fieldAddress(let base, let field):
      return name(base, depth: depth + 1) + "." + Self.lastPart(analysis.name(field))
    case .variableAddress(let variable):
      return analysis.name(function.variables[Int(variable.rawValue)].name)
    default: break
    }
    if abstract.name != .empty { return analysis.name(abstract.name) }
    let type = analysis.name(abstract.type.name)
    return type.isEmpty ? "it" : "the " + type
  }

  static func lastPart(_ name: String) -> String {
    name.lastIndex(of: ".").map { String(name[name.index(after: $0)...]) } ?? name
  }

  var symbol: String { analysis.name(function.displayName) }

  /// How the language of the function says things.
  var wording: Wording { Wording(language: function.language) }

  func releaseName(_ release: Release?) -> String {
    release.map { wording.foreign(analysis.name($0.function)) } ?? "C"
  }

  // MARK: Judgement

  /// The global or field that a map is read from.
  func mapSymbol(_ map: ValueNumber) -> Symbol? {
    guard map.index > 0, case .field(_, let symbol) = result.values[map].definition else { return nil }
    return analysis.program.common(symbol)
  }

  func isGlobal(_ map: ValueNumber) -> Bool {
    guard map.index > 0, case .field(.globals, _) = result.values[map].definition else { return false }
    return true
  }

  /// Whether other threads can be expected at a map: a global, one that takes care of threads itself, or a field beside a lock.
  func isShared(_ map: ValueNumber) -> Bool {
    if isGlobal(map) { return true }
    guard let symbol = mapSymbol(map), let declaration = analysis.program.declaration(symbol) else { return false }
    if let unit = analysis.program.units.first(where: { $0.declarations.contains { $0.symbol == symbol } }),
      declaration.type.mapType >= 0, Int(declaration.type.mapType) < unit.mapTypes.count,
      unit.mapTypes[Int(declaration.type.mapType)].isSynchronized
    {
      return true
    }
    let name = analysis.name(symbol)
    guard let dot = name.lastIndex(of: ".") else { return false }
    let owner = name[...dot]
    return analysis.program.unit(of: id).declarations.contains { other in
      other.isField && analysis.name(other.symbol).hasPrefix(owner)
        && (other.isLock || analysis.name(other.type.name).contains("Mutex"))
    }
  }

  /// Whether all calls of this function that are known are made under a lock, or its name says that they must be.
  var isCalledUnderLock: Bool {
    if analysis.name(function.symbol).hasSuffix("Locked") { return true }
    let calls = analysis.callGraph.incoming(id).filter { !$0.isArgument && $0.mode == .direct }
    if calls.isEmpty { return false }
    return calls.allSatisfy { edge in
      guard let caller = FlowReport(analysis, edge.caller) else { return false }
      return caller.isLockHeld(atCall: edge.call)
    }
  }

  private func isLockHeld(atCall call: Int32) -> Bool {
    var number: Int32 = 0
    for block in function.blocks {
      for instruction in block.instructions {
        if case .call(call) = instruction.operation { return result.isLockHeldAtCall[number] ?? false }
        number += 1
      }
      number += 1
    }
    return false
  }

  /// The severity that a release allows, and why it is not more.
  func limit(_ event: FlowEvent) -> (severity: Severity, reason: String?) {
    guard let release = event.release else { return (.yellow, "how the memory ends is not known") }
    if release.confidence == .name {
      return (.yellow, "`\(releaseName(release))` is taken for a release only because of its name")
    }
    if release.isReference, event.allocated == .none {
      return (.yellow, "`\(releaseName(release))` gives back one reference; another one may keep the memory alive")
    }
    return (.red, nil)
  }

  /// Whether every function known to call this one mends what it leaves behind.
  func isMendedByCallers(_ event: FlowEvent) -> Bool {
    let released = root(event.released)
    let callers = Set(
      analysis.callGraph.incoming(id).filter { !$0.isArgument && $0.mode != .spawned && $0.caller != id }.map(\.caller))
    if callers.isEmpty { return false }
    return callers.allSatisfy { caller in
      guard let report = FlowReport(analysis, caller) else { return false }
      var sawRelease = false
      for event in report.result.events where event.released != .none && report.root(event.released) == released {
        if event.kind == .danglingAtExit { return false }
        sawRelease = true
      }
      if sawRelease { return true }
      return report.result.exits.contains { report.root($0.key) == released && $0.value.released > 0 }
    }
  }

  // MARK: Fixes

  /// Exchanges two statements of one function.
  func swap(_ first: SiteID, _ second: SiteID, _ title: String) -> Fix? {
    guard result.sites[first].inner == nil, result.sites[second].inner == nil else { return nil }
    let left = result.sites[first].statement
    let right = result.sites[second].statement
    guard left.file == right.file, left.file >= 0, left.end <= right.start, left != right else { return nil }
    let leftText = analysis.sourceMap.text(of: left)
    let rightText = analysis.sourceMap.text(of: right)
    guard Self.isPlainStatement(leftText), Self.isPlainStatement(rightText) else { return nil }
    // Only neighbours: between them nothing may depend on the order.
    let between = SourceRange(file: left.file, start: left.end, end: right.start)
    let gap = analysis.sourceMap.text(of: between)
    guard gap.allSatisfy({ $0.isWhitespace || $0 == ";" }) else { return nil }
    return Fix(
      title,
      edits: [
        Fix.Edit(at: analysis.place(left), with: rightText), Fix.Edit(at: analysis.place(right), with: leftText),
      ])
  }

  private static func isPlainStatement(_ text: String) -> Bool {
    !text.isEmpty && !text.hasPrefix("if ") && !text.hasPrefix("for ") && !text.hasPrefix("defer ")
      && !text.hasPrefix("go ") && !text.hasPrefix("return")
  }

  /// Removes an entry before the release, where map and key have a name in the source at the place of the release.
  func removeFirst(_ event: FlowEvent) -> Fix? {
    guard event.released != .none, result.sites[event.released].inner == nil, event.origin != .ranged,
      result.sites[event.released].statement.file >= 0
    else { return nil }
    let statement = result.sites[event.released].statement
    // `free(m[k])` needs the entry itself.
    if event.stored != .none, result.sites[event.stored].statement == statement { return nil }
    guard Self.isPlainStatement(analysis.sourceMap.text(of: statement)),
      let map = sourceText(ofMap: event.stored), let key = sourceText(ofKey: event.stored), !moves(event.release),
      locks(at: event.stored).isSubset(of: locks(at: event.released))
    else { return nil }
    let unit = analysis.program.unitIndex(of: id)
    let value = access(at: event.stored).flatMap { analysis.program.mapType($0.mapType, unit: unit)?.value }
    let isSet = value?.class == .plain && value?.name == .empty
    return analysis.insertion(of: wording.removal(of: key, from: map, isSet: isSet), before: statement).map {
      Fix("Remove the entry before the release", edits: [$0])
    }
  }

  /// The locks that this function holds at a site.
  private func locks(at site: SiteID) -> Set<LockSets.Held> {
    let range = result.sites[site].range
    let sets = LockSets(function, changes: [:])
    for (block, content) in function.blocks.enumerated() {
      for (index, instruction) in content.instructions.enumerated() where instruction.range == range {
        return sets.held(block: block, index: index)
      }
    }
    return []
  }

  /// Whether a release gives the memory back elsewhere, as `realloc` does: then the entry needs the new address.
  private func moves(_ release: Release?) -> Bool {
    guard let release,
      let function = analysis.program.foreignFunction(release.function, unit: analysis.program.unitIndex(of: id)),
      case .allocates = function.result
    else { return false }
    return true
  }

  private func access(at site: SiteID) -> MapAccess? {
    guard site != .none, result.sites[site].inner == nil else { return nil }
    let range = result.sites[site].range
    for block in function.blocks {
      for instruction in block.instructions where instruction.range == range {
        if case .map(let access) = instruction.operation { return access }
      }
    }
    return nil
  }

  /// Only plain maps: for others `delete` is not the word.
  private func sourceText(ofMap site: SiteID) -> String? {
    guard let access = access(at: site), access.mapRange.file >= 0,
      analysis.program.mapType(access.mapType, unit: analysis.program.unitIndex(of: id))?.isSynchronized == false
    else { return nil }
    return simple(analysis.sourceMap.text(of: access.mapRange))
  }

  private func sourceText(ofKey site: SiteID) -> String? {
    guard let access = access(at: site), access.keyRange.file >= 0 else { return nil }
    return simple(analysis.sourceMap.text(of: access.keyRange))
  }

  /// Text that can stand elsewhere in the function without being run twice to another effect: names, fields, conversions of them.
  private func simple(_ text: String) -> String? {
    let isPlain = text.allSatisfy { $0.isLetter || $0.isNumber || "_.()*".contains($0) }
    return isPlain && !text.isEmpty && text.count < 80 ? text : nil
  }
}
