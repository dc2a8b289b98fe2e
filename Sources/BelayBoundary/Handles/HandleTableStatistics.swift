import CEpoch

/// What a handle table has and what it waits for.
public struct HandleTableStatistics: Sendable, Equatable {
  /// Live handles.
  public var live: Int
  /// Handles made since the table was.
  public var made: Int
  /// Objects whose handles ended, and which have not ended themselves.
  public var waiting: Int
  /// Slots that exist, used or not.
  public var slots: Int
  /// Slots that are out of use because their generations are used up.
  public var retiredSlots: Int
  /// Bytes of slots that have pages.
  public var residentBytes: Int
  /// Bytes of slots whose pages went back to the system since the table was made.
  public var releasedBytes: Int
  /// The thread that has been in `withObject` for longer than everything that waits; nil if none, or if nothing waits. On Linux the number that `ps -L` shows.
  public var stalledReader: UInt64?
}

extension HandleCore {
  /// The handle in a slot, or nil.
  func handle(at index: UInt32) -> UInt64? {
    guard let slot = hot.slot(index) else { return nil }
    let word = slot.pointee.state.load(ordering: .acquiring)
    return word & 1 == 1 ? word & HandleBits.identity | UInt64(index) << 1 : nil
  }

  var statistics: HandleTableStatistics {
    mutex.locked {
      var made = 0
      var ended = 0
      var waiting = stalled.objectCount + ending
      var reader: UInt64 = 0
      let oldest = belay_epoch_oldest(hot.domain, &reader)
      let isStalled = stalled.contains { oldest <= $0.stamp }
      forEachMagazine { magazine in
        ended += magazine.pointee.ended.load(ordering: .acquiring)
        waiting += Int(magazine.pointee.limboCount.load(ordering: .relaxed) + magazine.pointee.sealed.count)
      }
      // After all of `ended`, so that a handle is not counted as ended and not as made.
      forEachMagazine { made += $0.pointee.made.load(ordering: .acquiring) }
      return HandleTableStatistics(
        live: max(0, made - ended), made: made, waiting: waiting, slots: depot.slotCount,
        retiredSlots: depot.retiredCount, residentBytes: depot.residentBytes, releasedBytes: depot.releasedBytes,
        stalledReader: isStalled ? reader : nil)
    }
  }
}
