/// A fault of maps that hold memory of C, or of maps themselves, with programs that have it and programs that have a defence against it.
public struct FaultScenario: Sendable {
  /// The number, which the Go programs of the same fault have too.
  public let number: Int
  /// What the command line calls it.
  public let name: String
  /// The fault in half a sentence.
  public let title: String
  /// What goes wrong, and why.
  public let explanation: String
  /// The programs, those with the fault first.
  public let variants: [FaultVariant]

  /// All scenarios, by their numbers.
  public static let all: [FaultScenario] = [
    freedKey, freedInCallback, leakedEntries, doubleFree, bucketPointer, rawIteration, concurrentUse, nilMap,
    unstableKeys,
    staleOwner, keptAlive, givenBack, endedArena,
  ]
}
