import CBucketRow

extension BucketMap where Value: ~Copyable {
  /// Refuses writers for the time that a function runs; look-ups and iterations go on.
  ///
  /// - Returns: What the function returns.
  /// - Complexity: O(1) beside the function.
  @inlinable
  public func withExclusiveAccess<Result: ~Copyable, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let began = beginExclusive()
    defer { if began { endExclusive() } }
    return try body()
  }

  /// Begins to refuse writers. Nested calls count as one with the outermost.
  @inlinable
  func beginExclusive() -> Bool {
    let flags = header.flags
    if flags & MapFlags.writing != 0 {
      misuse(.concurrentIterationAndWrite)
      return false
    }
    if flags & MapFlags.exclusive != 0 {
      header.pointee.exclusiveDepth &+= 1
      return true
    }
    header.flags = flags | MapFlags.exclusive
    header.pointee.exclusiveDepth = 1
    return true
  }

  @inlinable
  func endExclusive() {
    header.pointee.exclusiveDepth &-= 1
    if header.pointee.exclusiveDepth == 0 { header.flags &= ~MapFlags.exclusive }
  }
}
