/// One step of a function: an operation, what the source calls it, and the statement it belongs to.
public struct Instruction: Sendable {
  /// What it does.
  public var operation: Operation
  /// The expression that does it.
  public var range: SourceRange
  /// The whole statement, for fixes that move or remove it.
  public var statement: SourceRange

  /// An instruction.
  public init(_ operation: Operation, range: SourceRange, statement: SourceRange) {
    self.operation = operation
    self.range = range
    self.statement = statement
  }
}

/// What an instruction does. Expressions are flattened: every operand is a variable.
public enum Operation: Sendable {
  /// A constant.
  case constant(into: VariableID, Constant)
  /// The same value under another name.
  case copy(into: VariableID, from: VariableID)
  /// A conversion.
  case convert(into: VariableID, from: VariableID, Conversion)
  /// A value that starts here and is not an allocation of C's.
  case fresh(into: VariableID, Origin)
  /// A value computed from others, equal to none of them: arithmetic, comparison, concatenation.
  case compute(into: VariableID, from: [VariableID])
  /// The address of a variable or field.
  case address(into: VariableID, of: PathID)
  /// Reads a path.
  case load(into: VariableID, from: PathID)
  /// Writes a path. Of a path whose type is a map this replaces the whole map.
  case store(to: PathID, from: VariableID)
  /// A new, empty map.
  case mapMake(into: VariableID)
  /// A map operation. Kept apart, because there are few and they would make every instruction twice as large.
  indirect case map(MapAccess)
  /// A call; details in `Function.calls`.
  case call(Int32)
  /// Takes a lock.
  case lock(PathID, LockMode)
  /// Gives a lock back.
  case unlock(PathID, LockMode)
  /// Dereferences a pointer: reads or writes what it points at.
  case use(VariableID)
  /// A value leaves what the analysis follows: sent on a channel, stored in an element that is not tracked, captured by the unknown.
  case escape(VariableID)
}

/// A constant value.
public enum Constant: Sendable, Hashable {
  case `nil`, zero, `true`, `false`, integer(Int64), other
  /// A string, by its source text: equal texts are equal strings.
  case string(Symbol)
}

/// What a conversion does to an address.
public enum Conversion: Sendable, Hashable {
  /// Between pointer types: the same address.
  case pointer
  /// An address becomes an integer: `uintptr(p)`.
  case pointerToInteger
  /// An integer becomes a pointer: `unsafe.Pointer(u)`. Keeps identity when the integer came from a pointer; otherwise the pointer is fake.
  case integerToPointer
  /// Into an interface, or out of one by a type assertion.
  case interface
  /// An object of the language becomes an address without a reference being taken: `Unmanaged.passUnretained`.
  case unretained
  /// Any other: of numbers, strings, named types with the same underlying type.
  case value
}

/// Where a fresh value comes from.
public enum Origin: Sendable, Hashable {
  /// Memory that the language manages: `new`, a composite literal, `make` of a slice or channel.
  case managed
  /// The header or bucket pointer of a map, taken through its representation.
  case mapInternals
  /// A function literal or method value; the symbol is the function's.
  case function(Symbol)
  /// A value counted up: `n++`, `atomic.AddUintptr`.
  case counter
  /// Received from a channel: what the sender did before has happened.
  case received
  /// What a panic was raised with, taken by the one who stops it: `recover()`.
  case recovered
  /// From where the analysis cannot look.
  case unknown
}

/// How a lock is held.
public enum LockMode: Sendable, Hashable {
  case exclusive, shared
}
