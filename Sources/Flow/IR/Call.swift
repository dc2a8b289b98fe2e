/// A call of any kind.
public struct Call: Sendable {
  /// What is called.
  public enum Callee: Sendable, Hashable {
    /// A function or method of the source language by its full name: `example.com/session.(*Store).Close`.
    case function(Symbol)
    /// A method of an interface; which bodies are meant is in `Unit.implementations` where that is known.
    case interfaceMethod(Symbol)
    /// A C function by its name, without the `C.`.
    case foreign(Symbol)
    /// A function of a library that is not analysed, by its full name: `runtime.SetFinalizer`.
    case library(Symbol)
    /// A function value: the closures that may be meant, where the frontend knows them.
    case value(VariableID)
  }

  /// When it runs.
  public enum Mode: Sendable, Hashable {
    /// Here.
    case direct
    /// At each exit of the function, last first.
    case deferred
    /// On a thread of its own: `go`, `Task`.
    case spawned
  }

  /// What is called.
  public var callee: Callee
  /// When it runs.
  public var mode: Mode
  /// The arguments, the receiver first; of a known closure its captures stand in `Function.captures` of the closure.
  public var arguments: [VariableID]
  /// The expressions of the arguments, as many as `arguments`.
  public var argumentRanges: [SourceRange]
  /// The results, one variable each; empty where none is used.
  public var results: [VariableID]

  /// A call.
  public init(
    _ callee: Callee, mode: Mode = .direct, arguments: [VariableID], argumentRanges: [SourceRange],
    results: [VariableID]
  ) {
    self.callee = callee
    self.mode = mode
    self.arguments = arguments
    self.argumentRanges = argumentRanges
    self.results = results
  }
}
