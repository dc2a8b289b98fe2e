/// How the guard watches a program.
public struct GuardOptions: Sendable, Equatable {
  /// One allocation in so many is guarded.
  public var sample = 1
  /// The most bytes of pages that guarded blocks have; what is allocated beyond is not guarded.
  public var budgetBytes = 256 << 20
  /// The most freed blocks that are kept inaccessible.
  public var quarantine = 65536
  /// How long the program is held at a fault, at most, while it is looked at.
  public var holdSeconds = 30

  /// How many seconds pass between two looks for freed blocks in the program's maps, the last when it ends; nil for none.
  public var auditSeconds: Double?

  /// How long the program may run before it is killed; nil for as long as it likes.
  public var timeLimit: Duration?

  /// Every block, up to 256 MiB of pages.
  public init() {}

  /// The text that the guard reads from its environment.
  func environment(events: CInt) -> String {
    "sample=\(sample),budget=\(budgetBytes),quarantine=\(quarantine),hold=\(holdSeconds),events=\(events)"
  }
}
