/// What a C function does to the memory that it is given and gives back.
public struct ForeignFunction: Sendable, Hashable, Codable {
  /// How it is known. Findings from a name alone are never more than yellow.
  public enum Confidence: String, Sendable, Hashable, Codable, Comparable {
    /// Guessed from its name: `thing_free`.
    case name
    /// A model file says so, Belay's own or the user's.
    case model
    /// Its body was read.
    case body

    private var rank: Int {
      switch self {
      case .name: 0
      case .model: 1
      case .body: 2
      }
    }
    /// Compares by how sure it is.
    public static func < (left: Confidence, right: Confidence) -> Bool { left.rank < right.rank }
  }

  /// What happens to what one parameter points at.
  public enum Effect: String, Sendable, Hashable, Codable {
    /// Its life ends: `free(p)`.
    case frees
    /// A reference is given back; it may end: `g_object_unref(p)`.
    case releases
    /// A reference is taken: `g_object_ref(p)`.
    case retains
    /// C keeps the pointer after the call.
    case keeps
    /// C calls this function pointer, at once or later.
    case calls
    /// It is the context that C hands to a callback of the same call.
    case context
    /// Everything that was created from it ends as well: `glfwTerminate`.
    case freesAll
    /// Only looked at during the call.
    case borrows
    /// It was lent, and whoever lent it takes it back: a pointer that is good for the length of a call.
    case endsLoan
  }

  /// What the result is.
  public enum Result: Sendable, Hashable, Codable {
    /// Nothing that matters, or unknown.
    case none
    /// Memory that the caller owns, to be ended by the named function: `free`.
    case allocates(release: String?)
    /// Something that another object owns.
    case borrows
    /// The pointer that was given as this parameter, counted from 0.
    case parameter(Int)
  }

  /// The name in C.
  public var name: String
  /// How it is known.
  public var confidence: Confidence
  /// The effect on each parameter, `nil` where nothing is known or nothing matters.
  public var parameters: [Effect?]
  /// The result.
  public var result: Result
  /// Parameters (from 0) through which it gives back memory that the caller owns: `sqlite3_open(path, &db)`.
  public var outputs: [Int]
  /// Whether it frees only when it returns zero or true.
  public var succeeds: Success
  /// The C types of which every object ends, for a function that `freesAll`; empty when they are not known.
  public var ends: [String]

  /// What is known of it, and from another source where nothing is known here.
  func completed(by other: ForeignFunction) -> ForeignFunction {
    var result = self
    let hasEffects = parameters.contains { $0 != nil && $0 != .borrows }
    if !hasEffects, other.parameters.contains(where: { $0 != nil && $0 != .borrows }) {
      result.parameters = other.parameters
      result.succeeds = other.succeeds
      result.ends = other.ends
      result.confidence = other.confidence
    }
    if self.result == .none { result.result = other.result }
    if outputs.isEmpty { result.outputs = other.outputs }
    return result
  }

  /// When the effects happen.
  public enum Success: String, Sendable, Hashable, Codable {
    case always, whenZero, whenNonZero
  }

  /// A C function.
  public init(
    name: String, confidence: Confidence, parameters: [Effect?], result: Result = .none, outputs: [Int] = [],
    succeeds: Success = .always, ends: [String] = []
  ) {
    self.name = name
    self.confidence = confidence
    self.parameters = parameters
    self.result = result
    self.outputs = outputs
    self.succeeds = succeeds
    self.ends = ends
  }
}
