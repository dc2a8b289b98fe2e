/// How a `Sweeper` gives large blocks back.
public enum SweepMode: Sendable, Equatable {
  /// In the call that gives the block up, all of it.
  case atOnce
  /// A slice with each later call of an allocator: with writes that make a map grow or move its entries.
  case onWrites
  /// On a thread that is there as long as something waits.
  case background
}
