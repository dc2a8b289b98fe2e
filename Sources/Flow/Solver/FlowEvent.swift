/// What the solver notices on the ways through a function. Rules turn events into findings.
struct FlowEvent: Sendable, Hashable {
  enum Kind: UInt8, Sendable, Hashable {
    /// The function ends, and an entry of a map that lives on holds what was released.
    case danglingAtExit
    /// What a map handed out after its release is used.
    case staleUse
    /// An entry is removed after what it holds was released.
    case freeBeforeRemove
    /// A map drops memory that C allocated here and that nobody else has.
    case leak
    /// A C function that ends everything ran.
    case bulkFree
    /// The function ends with an entry that it stored itself.
    case storedAtExit
    /// An entry that the function stored itself is removed.
    case removed
    /// Memory that C allocated is stored under a key that was not looked up before: what was there is lost.
    case blindStore
    /// Something that was lent for a call lives on in a field, global or list: `function` names it.
    case loanStored
    /// … goes to the caller.
    case loanReturned
    /// … is kept by the C function `function`.
    case loanKept
    /// … is used when the call is over.
    case loanUsed
  }

  /// What of an entry holds the pointer.
  enum Role: UInt8, Sendable, Hashable {
    case key, value
    /// A field of what the map holds.
    case field
  }

  var kind: Kind
  var map = ValueNumber.none
  var key = ValueNumber.none
  /// The pointer.
  var pointer = ValueNumber.none
  var role = Role.value
  var origin = MapEntry.Origin.lookedUp
  var stored = SiteID.none
  var allocated = SiteID.none
  var released = SiteID.none
  var release: Release?
  var staleLookup = SiteID.none
  /// Where the fault shows: the use, the removal, the exit.
  var at = SiteID.none
  /// Whether one lock is held from the release to `at`.
  var isUnderOneLock = false
  /// Whether something unknown may have removed the entry.
  var isUncertain = false
  /// Whether the function ends in a panic here.
  var isPanic = false
  /// Whether a deferred call did it.
  var isDeferred = false
  /// Whether something was overwritten, not removed.
  var isOverwrite = false
  /// For `bulkFree`: the C function; for `blindStore`: the one that would free the memory.
  var function = Symbol.empty
}

/// What the solver found out about one function.
final class FunctionResult: Sendable {
  let values: ValueTable
  let sites: SiteTable
  let events: [FlowEvent]
  let summary: Summary
  /// On how many ways a release is seen at the end, and on how many of them its entry stays.
  let exits: [SiteID: ExitCount]
  /// For each direct call, by instruction, whether some lock is held at it on all ways.
  let isLockHeldAtCall: [Int32: Bool]
  /// Insertions into maps that the function makes, or that end with it or with an object that does.
  let localStores: Set<SiteID>
  /// Where memory was allocated that is released on some way.
  let freedAllocations: Set<SiteID>
  /// What is in it.
  let traits: ResultTraits

  /// A result that says nothing.
  static let nothing = FunctionResult(
    values: ValueTable(), sites: SiteTable(), events: [],
    summary: Summary(cases: [], isIncomplete: true, isTrivial: true), exits: [:], isLockHeldAtCall: [:],
    localStores: [],
    freedAllocations: [])

  init(
    values: ValueTable, sites: SiteTable, events: [FlowEvent], summary: Summary, exits: [SiteID: ExitCount],
    isLockHeldAtCall: [Int32: Bool], localStores: Set<SiteID>,
    freedAllocations: Set<SiteID>
  ) {
    self.values = values
    self.sites = sites
    self.events = events
    self.summary = summary
    self.exits = exits
    self.isLockHeldAtCall = isLockHeldAtCall
    self.localStores = localStores
    self.freedAllocations = freedAllocations
    traits = ResultTraits(events, summary, hasFreedAllocations: !freedAllocations.isEmpty)
  }

  struct ExitCount: Sendable {
    var released = 0
    var dangling = 0
  }
}
