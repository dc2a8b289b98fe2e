/// A cursor as the map knows it: a link of the list of running cursors, and whom to tell before entries move.
@usableFromInline
class CursorState {
  @usableFromInline @exclusivity(unchecked) var nextCursor: Unmanaged<CursorState>?
  @usableFromInline @exclusivity(unchecked) var previousCursor: Unmanaged<CursorState>?

  @usableFromInline init() {}

  /// The entries of the chain that begins with a row are about to move.
  @usableFromInline func chainMoves(row: UnsafeMutableRawPointer) {}

  /// The map has become empty: whatever was to be visited is gone.
  @usableFromInline func finish() {}
}
