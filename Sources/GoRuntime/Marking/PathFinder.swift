import ProcessImage

/// Turns the parents that a mark pass left into paths that can be read.
final class PathFinder {
  private let marker: Marker
  private let heap: Heap
  private let types: TypeTable
  private let reader: MapReader
  private var patterns: [Pattern] = [Pattern(parent: -1, text: "")]
  private var patternNumbers: [PatternKey: Int32] = [:]
  private var labels: [LabelKey: String] = [:]
  private lazy var memo = RawBuffer<Int32>(count: heap.objectCount)

  private struct Pattern {
    let parent: Int32
    let text: String
  }

  private struct PatternKey: Hashable {
    let parent: Int32
    let text: String
  }

  private var stepPatterns: [StepKey: Int32] = [:]
  private var lastSize: (TypeID, UInt64) = (.none, 0)

  private struct StepKey: Hashable {
    let pattern: Int32
    let type: TypeID
    let offset: UInt64
  }

  private func size(of type: TypeID) -> UInt64 {
    if lastSize.0 != type { lastSize = (type, types[type].size) }
    return lastSize.1
  }

  private struct LabelKey: Hashable {
    let type: TypeID
    let offset: UInt64
  }

  init(_ marker: Marker, _ reader: MapReader) {
    self.marker = marker
    self.reader = reader
    heap = marker.heap
    types = marker.types
  }

  /// The path to an object that was reached, the shortest that certain pointers allow.
  func path(to object: UInt32) -> RetentionPath? {
    guard marker.marks[Int(object)] != .none else { return nil }
    var chain = [object]
    var next = marker.parents[Int(object)]
    while next & Marker.rootFlag == 0 {
      // The parents form a tree, since each was set before its child was; the bound is for what must not happen.
      guard chain.count <= heap.objectCount else { return nil }
      chain.append(next)
      next = marker.parents[Int(next)]
    }
    var root = marker.roots[Int(next & ~Marker.rootFlag)]
    root.name = name(root)
    var steps: [RetentionPath.Step] = []
    var wasGuess = !root.isPrecise
    for (position, number) in chain.reversed().enumerated() {
      let child = position + 1 < chain.count ? chain[chain.count - 2 - position] : nil
      let guess = marker.edges[Int(number)] & Marker.guessFlag != 0
      defer { wasGuess = guess }
      let label = child.map { member(of: number, toward: $0) } ?? ""
      let type = types[marker.marks[Int(number)]]
      let prefix = label.hasPrefix("[") && type.kind != .array && !isPart(number) ? "[]" : ""
      // The parts of a map belong to its header: what they add is which entry leads on.
      if let label = partLabel(number, label), !steps.isEmpty {
        let header = steps.removeLast()
        steps.append(
          RetentionPath.Step(
            type: header.type, address: header.address, member: header.member + label, isGuess: header.isGuess))
        continue
      }
      steps.append(
        RetentionPath.Step(
          type: marker.marks[Int(number)] == .unknown ? unknownName(number) : prefix + type.name,
          address: heap.address(heap.object(number)), member: isPart(number) ? "" : label, isGuess: guess && !wasGuess))
    }
    return RetentionPath(
      root: root, rootMember: root.type.isKnown ? label(root.type, root.address &- root.base) : "", steps: steps)
  }

  private func isPart(_ number: UInt32) -> Bool { types.isPart(marker.marks[Int(number)]) }

  /// The label of an object that is shown as part of the one before; nil for one that is shown by itself.
  private func partLabel(_ number: UInt32, _ label: String) -> String? {
    let type = types[marker.marks[Int(number)]]
    switch type.kind {
    case .mapDirectory, .mapTable: return ""
    case .mapHeader, .channelHeader: return nil
    default: return isContainer(type) ? label : nil
    }
  }

  private func isContainer(_ type: GoType) -> Bool {
    type.name.hasPrefix("map.group[") || type.name.hasPrefix("map.bucket[") || type.name.hasPrefix("bucket<")
      || type.name.hasPrefix("noalg.map.")
  }

  private func unknownName(_ number: UInt32) -> String {
    // A function value's object starts with the address of its code.
    let object = heap.object(number)
    let span = heap.spans[object.span]
    if let start = heap.pointer(heap.address(object)), start != 0, let function = functionName?(start) {
      return "closure \(function)"
    }
    return "object of \(span.objectSize) bytes"
  }

  /// Gives the name of the function whose code starts at an address.
  var functionName: ((UInt64) -> String?)?

  private func member(of parent: UInt32, toward child: UInt32) -> String {
    let offset = UInt64(marker.edges[Int(child)] & ~Marker.guessFlag) * 8
    let mark = marker.marks[Int(parent)]
    guard mark != .unknown else { return "+\(offset)" }
    let span = heap.spans[heap.object(parent).span]
    let type = types[mark]
    if types.isPart(mark) { return type.kind == .channelHeader ? ".buffer" : "" }
    if isContainer(type) { return entryLabel(mark, offset % max(1, type.size)) }
    guard type.size > 0 else { return "+\(offset)" }
    let index = offset / type.size
    let isArray = (span.objectSize - (span.hasHeaders ? 8 : 0)) / type.size > 1 && (index > 0 || type.size <= 8)
    return (isArray ? "[\(index)]" : "") + label(mark, offset % type.size)
  }

  /// Which part of an entry stands at an offset of a bucket or group.
  private func entryLabel(_ container: TypeID, _ offset: UInt64) -> String {
    guard let slots = SlotLayout(types, container) else { return "" }
    for (start, stride, other, type, text) in [
      (slots.elements, slots.elementStride, slots.keys, slots.storedElement, "[…]"),
      (slots.keys, slots.keyStride, slots.elements, slots.storedKey, "[key]"),
    ] {
      guard stride > 0, offset >= start else { continue }
      let size = types[type].size
      let within = (offset - start) % stride
      if (offset - start) / stride < 8, within < size || (other < start && within < stride) {
        return text + label(type, within)
      }
    }
    return ""
  }

  /// The members that lead to an offset of a value.
  func label(_ type: TypeID, _ offset: UInt64) -> String {
    let key = LabelKey(type: type, offset: offset)
    if let known = labels[key] { return known }
    var text = ""
    var id = type
    var rest = offset
    for _ in 0..<64 {
      let type = types[id]
      if type.kind == .structure, let field = type.fields.last(where: { $0.offset <= rest }) {
        text += ".\(field.name)"
        rest -= field.offset
        id = field.type
      } else if type.kind == .array, types[type.element].size > 0 {
        let size = types[type.element].size
        text += "[\(rest / size)]"
        rest %= size
        id = type.element
      } else {
        break
      }
    }
    labels[key] = text
    return text
  }

  // MARK: Patterns

  /// The number of the pattern of an object's path: the path without addresses and indices, with repeated steps told once.
  ///
  /// Objects of one kind in one place share a pattern, so that a million maps give a few lines.
  func pattern(of object: UInt32) -> Int32 {
    if memo[Int(object)] != 0 { return memo[Int(object)] }
    var chain: [UInt32] = []
    var next = object
    var number: Int32 = 0
    while true {
      let known = memo[Int(next)]
      chain.append(next)
      if known != 0 {
        number = known
        break
      }
      let parent = marker.parents[Int(next)]
      if parent & Marker.rootFlag != 0 {
        let root = marker.roots[Int(parent & ~Marker.rootFlag)]
        number = intern(
          0,
          root.type.isKnown
            ? name(root) + withoutIndices(label(root.type, root.address &- root.base)) : rootName(root))
        break
      }
      if chain.count > heap.objectCount { break }
      next = parent
    }
    for (position, link) in chain.enumerated().reversed() {
      // The step of an object is its type and the member toward the next; the last object's own type is added by whoever asks.
      memo[Int(link)] = number
      guard position > 0 else { continue }
      let child = chain[position - 1]
      let mark = marker.marks[Int(link)]
      guard mark != .unknown, !types.isPart(mark) else {
        number = extend(number, link, toward: child)
        continue
      }
      // The same member of the same type in the same place gives the same pattern.
      let offset = UInt64(marker.edges[Int(child)] & ~Marker.guessFlag) * 8
      let key = StepKey(pattern: number, type: mark, offset: offset % max(1, size(of: mark)))
      if let known = stepPatterns[key] {
        number = known
      } else {
        number = extend(number, link, toward: child)
        stepPatterns[key] = number
      }
    }
    return memo[Int(object)]
  }

  /// A root's name, with the way to it where that leads through other data of the program.
  private func name(_ root: Root) -> String {
    guard let via = root.via else { return root.name }
    let before = marker.roots[Int(via)]
    return name(before) + label(before.type, before.address &- before.base) + " → " + types[root.type].name
  }

  /// The number of the pattern of what stands in a root itself.
  func pattern(ofRoot root: Root) -> Int32 { intern(0, rootName(root)) }

  /// A goroutine's number does not belong in a pattern.
  private func rootName(_ root: Root) -> String {
    root.kind == .stack ? root.name.split(separator: " ").dropFirst(2).joined(separator: " ") : root.name
  }

  private func extend(_ pattern: Int32, _ object: UInt32, toward child: UInt32) -> Int32 {
    let mark = marker.marks[Int(object)]
    switch types.kind(part: mark) {
    case .mapDirectory, .mapTable: return pattern
    case .mapHeader:
      let key = StepKey(pattern: pattern, type: mark, offset: 0)
      if let known = stepPatterns[key] { return known }
      let result = repeated(pattern, " → " + types[mark].name)
      stepPatterns[key] = result
      return result
    default: break
    }
    let known = types[mark]
    let member = withoutIndices(self.member(of: object, toward: child))
    let text: String
    if isContainer(known) {
      text = member
    } else {
      let prefix = member.hasPrefix("[") && known.kind != .array && !isPart(object) ? "[]" : ""
      text = " → " + (mark == .unknown ? patternName(object) : prefix + known.name) + (isPart(object) ? "" : member)
    }
    return text.isEmpty ? pattern : repeated(pattern, text)
  }

  private func repeated(_ pattern: Int32, _ text: String) -> Int32 {
    // A list or a tree repeats its steps: go back to the step's first place.
    var before = pattern
    for _ in 0..<6 where before > 0 {
      if patterns[Int(before)].text == text { return before }
      before = patterns[Int(before)].parent
    }
    return intern(pattern, text)
  }

  private func patternName(_ object: UInt32) -> String {
    let name = unknownName(object)
    return name.hasPrefix("object") ? "object" : name
  }

  private func withoutIndices(_ text: String) -> String {
    guard text.contains(where: { $0 == "[" || $0 == "+" }) else { return text }
    var result = ""
    var isInside = false
    for character in text {
      if character == "[" { isInside = true }
      if !isInside || !character.isNumber { result.append(character) }
      if character == "]" { isInside = false }
    }
    return result.hasPrefix("+") ? "" : result
  }

  private func intern(_ parent: Int32, _ text: String) -> Int32 {
    let key = PatternKey(parent: parent, text: text)
    if let known = patternNumbers[key] { return known }
    let number = Int32(patterns.count)
    patterns.append(Pattern(parent: parent, text: text))
    patternNumbers[key] = number
    return number
  }

  /// The text of a pattern.
  func text(pattern: Int32) -> String {
    var parts: [String] = []
    var next = pattern
    while next > 0 {
      parts.append(patterns[Int(next)].text)
      next = patterns[Int(next)].parent
    }
    if parts.count > 24 { parts = parts.prefix(12) + [" → …"] + parts.suffix(11) }
    return parts.reversed().joined()
  }
}
