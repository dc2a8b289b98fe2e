/// How a `Sweeper` gives large blocks back.
public enum SweepMode: Sendable, Equatable {
  /// In the call that gives the block up, all of it.
  case atOnce
  /// A slice each time an allocator is asked for memory or given a part of a block: with writes that make a map grow or move its entries.
  case onWrites
  /// On a thread that is there as long as something waits.
  case background
}
