extension BucketMap where Value: ~Copyable {
  /// What a map is doing, for tests that enter each state on purpose.
  @_spi(Testing)
  public enum GrowthState: Equatable, Sendable {
    /// Not moving.
    case none
    /// Moving to twice the buckets.
    case doubling(evacuated: Int)
    /// Moving to as many buckets.
    case sameSize(evacuated: Int)
    /// Moving to half the buckets.
    case shrinking(evacuated: Int)
  }

  /// What the map is doing.
  @_spi(Testing)
  public var growthState: GrowthState {
    guard header.flags & MapFlags.growing != 0 else { return .none }
    let evacuated = header.pointee.evacuated
    if header.pointee.traits & MapTraits.sameSize != 0 { return .sameSize(evacuated: evacuated) }
    if header.pointee.traits & MapTraits.shrinking != 0 { return .shrinking(evacuated: evacuated) }
    return .doubling(evacuated: evacuated)
  }

  /// Begins to rebuild the map at the same size.
  @_spi(Testing)
  public func beginRebuild() {
    guard header.flags & MapFlags.growing == 0, header.pointee.buckets.block != nil else { return }
    try? beginMove(logCount: Int(header.pointee.logCount), traits: MapTraits.sameSize)
  }

  /// Begins to double the map.
  @_spi(Testing)
  public func beginDoubling() {
    guard header.flags & MapFlags.growing == 0, header.pointee.buckets.block != nil else { return }
    try? beginMove(logCount: Int(header.pointee.logCount) + 1, traits: 0)
  }

  /// Begins to halve the map.
  @_spi(Testing)
  public func beginHalving() {
    guard header.flags & MapFlags.growing == 0, header.pointee.buckets.block != nil else { return }
    _ = startShrinking()
  }

  /// The number of buckets, overflow buckets apart.
  @_spi(Testing)
  public var bucketCount: Int { header.pointee.buckets.count }

  /// The number of overflow buckets.
  @_spi(Testing)
  public var overflowBucketCount: Int { header.pointee.overflowCount }

  /// Whether all growths move the buckets in their order, not only those of large maps.
  @_spi(Testing)
  public var movesInOrder: Bool {
    get { header.pointee.traits & MapTraits.alwaysInOrder != 0 }
    set {
      precondition(header.flags & MapFlags.growing == 0)
      header.pointee.traits =
        header.pointee.traits & ~MapTraits.alwaysInOrder | (newValue ? MapTraits.alwaysInOrder : 0)
    }
  }

  /// The seed of the hashes. Setting it, which only an empty map allows, fixes it for the life of the map.
  @_spi(Testing)
  public var seed: UInt64 {
    get { header.pointee.seed }
    set {
      precondition(isEmpty)
      header.pointee.seed = newValue
      header.pointee.traits |= MapTraits.fixedSeed
    }
  }
}
