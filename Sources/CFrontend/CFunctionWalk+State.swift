extension CFunctionWalk {
  /// What is known at one point of one path.
  struct State: Hashable {
    /// What the local variables hold.
    var locals: Locals
    // One bit for a parameter each.
    var freed: UInt64 = 0
    var mayBeFreed: UInt64 = 0
    var released: UInt64 = 0
    var counted: UInt64 = 0
    var null: UInt64 = 0
    var notNull: UInt64 = 0

    /// A state in which nothing is known of a function's variables.
    init(_ slots: LocalSlots) { locals = Locals(slots) }

    /// Either of two states.
    mutating func join(_ other: State) {
      // Where the parameter is null it makes no difference whether it was freed.
      let both = (freed | null) & (other.freed | other.null)
      mayBeFreed |= other.mayBeFreed | ((freed | other.freed) & ~both)
      freed = both & (freed | other.freed)
      null &= other.null
      notNull &= other.notNull
      released |= other.released
      counted |= other.counted
      locals.join(other.locals)
    }
  }

  /// The values of the local variables of a function, one word each: states are compared all the time, and dictionaries take long for that.
  struct Locals: Hashable {
    private let slots: LocalSlots
    /// A value as a word, by slot; 0 where none is known.
    private var words: [UInt64]

    init(_ slots: LocalSlots) {
      self.slots = slots
      words = Array(repeating: 0, count: slots.count)
    }

    /// The value of a variable by its declaration; nil where none was noted. Only variables that the function mentions have a place.
    subscript(_ declaration: UInt32) -> Value? {
      get { slots[declaration].flatMap { Value(word: words[$0]) } }
      set { if let slot = slots[declaration] { words[slot] = newValue?.word ?? 0 } }
    }

    /// Replaces a value wherever it is held.
    mutating func replace(_ value: Value, by other: Value) {
      let (old, new) = (value.word, other.word)
      for index in words.indices where words[index] == old { words[index] = new }
    }

    /// What either of two states says of the variables that this one knows: a value that is zero on one side gives way to the other.
    mutating func join(_ other: Locals) {
      for index in words.indices where words[index] != 0 && words[index] != other.words[index] {
        let otherWord = other.words[index] == 0 ? Value.unknown.word : other.words[index]
        if otherWord == Value.zero.word { continue }
        words[index] = words[index] == Value.zero.word ? otherWord : Value.unknown.word
      }
    }

    static func == (left: Locals, right: Locals) -> Bool { left.words == right.words }

    func hash(into hasher: inout Hasher) { words.withUnsafeBytes { hasher.combine(bytes: $0) } }
  }

  /// The places of local variables, by their declarations.
  final class LocalSlots: Sendable {
    private let numbers: [UInt32: Int]

    /// The places of the variables that a function declares or mentions.
    init(_ function: CFunction) {
      var numbers: [UInt32: Int] = [:]
      func add(_ declaration: UInt32) { if numbers[declaration] == nil { numbers[declaration] = numbers.count } }
      for parameter in function.parameters { add(parameter.declaration) }
      for node in function.nodes where node.kind == .variable || node.kind == .declaration { add(node.declaration) }
      self.numbers = numbers
    }

    var count: Int { numbers.count }

    subscript(_ declaration: UInt32) -> Int? { numbers[declaration] }
  }
}

extension CFunctionWalk.Value {
  /// The value as a word that is not 0: the case in the low byte, above it what belongs to it.
  fileprivate var word: UInt64 {
    switch self {
    case .unknown: 1
    case .zero: 2
    case .nonZero: 3
    case .parameter(let number): 4 | UInt64(number) << 8
    case .pointee(let number): 5 | UInt64(number) << 8
    case .allocated(let node): 6 | UInt64(node) << 8
    case .address(let declaration): 7 | UInt64(declaration) << 8
    }
  }

  /// The value of a word; nil for 0.
  fileprivate init?(word: UInt64) {
    switch word & 0xFF {
    case 1: self = .unknown
    case 2: self = .zero
    case 3: self = .nonZero
    case 4: self = .parameter(Int(word >> 8))
    case 5: self = .pointee(Int(word >> 8))
    case 6: self = .allocated(Int(word >> 8))
    case 7: self = .address(UInt32(truncatingIfNeeded: word >> 8))
    default: return nil
    }
  }
}
