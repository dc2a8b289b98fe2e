import BelayMemory

/// The slots of a table that no magazine has: segments, and in them blocks of 256 slots (4 KiB).
///
/// A block hands its slots out in runs, first those that were never used, then those that came back. A block that has all its slots back is empty;
/// the pages of empty blocks beyond a reserve go back to the system, and the block remembers the highest generation that it has handed out, so that old
/// handles stay stale. Everything here happens under the table's lock.
struct HandleDepot {
  /// Slots in a block.
  static let blockSlots: UInt32 = 256

  private struct Block {
    /// Index + 1 of a slot that came back, linked through the slots' words; 0 for none.
    var free: UInt32 = 0
    var freeCount: UInt16 = 0
    /// Slots below were used since the block had its pages.
    var carved: UInt16 = 0
    /// The generation that slots begin with when they are carved.
    var floor: UInt32
    /// Neighbours in the list, block + 1; 0 for none.
    var previous: UInt32 = 0
    var next: UInt32 = 0
    var isListed = false
    /// Whether it is among the empty blocks that still have their pages.
    var isReserve = false
  }

  private let hot: UnsafeMutablePointer<HandleHot>
  private let firstGeneration: UInt32
  private var blocks: [Block] = []
  /// Blocks with slots to hand out, block + 1: those that are in use, and behind them those that are empty.
  private var partial: UInt32 = 0
  private var empty: UInt32 = 0
  private var segments: [MemoryBlock] = []
  private let segmentLimit: Int
  private let allocator: any BucketAllocator

  /// Empty blocks that still have their pages.
  private var reserveCount = 0
  /// Slots that are used up.
  private(set) var retiredCount = 0
  /// Bytes that went back to the system since the table was made.
  private(set) var releasedBytes = 0
  /// Blocks that have pages.
  private var residentBlocks = 0

  init(
    hot: UnsafeMutablePointer<HandleHot>, firstGeneration: UInt32, segments: Int, allocator: any BucketAllocator
  ) {
    self.hot = hot
    segmentLimit = segments
    self.allocator = allocator
    self.firstGeneration = firstGeneration
  }

  /// Bytes of slots that have pages.
  var residentBytes: Int { residentBlocks * Int(Self.blockSlots) * 16 }

  /// Slots that exist.
  var slotCount: Int { blocks.count * Int(Self.blockSlots) }

  func freeMemory() { for segment in segments { allocator.deallocate(segment) } }

  // MARK: Slots out

  /// Takes up to `wanted` free slots, linked through their words.
  ///
  /// - Returns: Index + 1 of the first, and how many; none if the table is full.
  mutating func take(_ wanted: UInt32) throws(MemoryError) -> (head: UInt32, count: UInt32) {
    var head: UInt32 = 0
    var count: UInt32 = 0
    while count < wanted {
      if partial == 0 && empty == 0 {
        do { try grow() } catch {
          if count > 0 { break }
          throw error
        }
        if empty == 0 { break }
      }
      let block = Int((partial != 0 ? partial : empty) - 1)
      if blocks[block].carved == 0 || blocks[block].isReserve { beginUsing(block) }
      while count < wanted, blocks[block].free != 0 {
        let index = blocks[block].free - 1
        let slot = hot.slot(index).unsafelyUnwrapped
        let state = slot.pointee.state.load(ordering: .relaxed)
        blocks[block].free = HandleBits.index(state)
        blocks[block].freeCount -= 1
        slot.pointee.state.store(
          HandleBits.free(generation: HandleBits.generation(state), link: head), ordering: .relaxed)
        head = index + 1
        count += 1
      }
      if count < wanted, UInt32(blocks[block].carved) < Self.blockSlots {
        // From the highest to the lowest, so that they are handed out in ascending order.
        let base = UInt32(block) * Self.blockSlots
        let first = UInt32(blocks[block].carved)
        let most = base == HandleBits.capacity - (Self.blockSlots - 1) ? Self.blockSlots - 1 : Self.blockSlots
        let run = min(wanted - count, most - first)
        for offset in (first..<first + run).reversed() {
          hot.slot(base + offset).unsafelyUnwrapped.pointee.state.store(
            HandleBits.free(generation: blocks[block].floor, link: head), ordering: .relaxed)
          head = base + offset + 1
        }
        blocks[block].carved = UInt16(first + run == most ? Self.blockSlots : first + run)
        count += run
      }
      if blocks[block].free == 0, blocks[block].carved == UInt16(Self.blockSlots) { unlist(block) }
    }
    return (head, count)
  }

  /// Moves a block from the empty ones to those in use.
  private mutating func beginUsing(_ block: Int) {
    unlist(block)
    if blocks[block].isReserve {
      blocks[block].isReserve = false
      reserveCount -= 1
    } else {
      residentBlocks += 1
    }
    list(block)
  }

  /// Adds a segment, unless the table is as large as it gets.
  private mutating func grow() throws(MemoryError) {
    let number = segments.count
    guard number < segmentLimit else { return }
    let start = number == 0 ? 0 : 512 << number
    let slots = number == 0 ? 1024 : start
    let memory = try allocator.allocate(byteCount: slots * 16, alignment: Int(min(SystemPages.byteCount, 4096)))
    segments.append(memory)
    let firstBlock = blocks.count
    let count = slots / Int(Self.blockSlots)
    blocks.append(contentsOf: repeatElement(Block(floor: firstGeneration), count: count))
    for block in (firstBlock..<firstBlock + count).reversed() { listEmpty(block) }
    hot.directory(number).pointee.store(UInt(bitPattern: memory.base) - UInt(start) * 16, ordering: .releasing)
  }

  // MARK: Slots back

  /// Takes a chain of free slots back; those whose generations are used up retire.
  mutating func giveBack(_ chain: HandleChain) {
    var head = chain.head
    while head != 0 {
      let index = head - 1
      let slot = hot.slot(index).unsafelyUnwrapped
      let state = slot.pointee.state.load(ordering: .relaxed)
      head = HandleBits.index(state)
      giveBack(index, slot, generation: HandleBits.generation(state))
    }
  }

  private mutating func giveBack(_ index: UInt32, _ slot: UnsafeMutablePointer<HandleSlot>, generation: UInt32) {
    guard generation < HandleBits.lastGeneration else {
      slot.pointee.state.store(HandleBits.free(generation: generation, link: 0), ordering: .relaxed)
      retiredCount += 1
      return
    }
    let block = Int(index / Self.blockSlots)
    slot.pointee.state.store(HandleBits.free(generation: generation, link: blocks[block].free), ordering: .relaxed)
    blocks[block].free = index + 1
    blocks[block].freeCount += 1
    if blocks[block].freeCount == blocks[block].carved {
      becomeEmpty(block)
    } else if !blocks[block].isListed {
      list(block)
    }
  }

  private mutating func becomeEmpty(_ block: Int) {
    if blocks[block].isListed { unlist(block) }
    blocks[block].isReserve = true
    reserveCount += 1
    listEmpty(block)
    // An eighth of what is in use, and a little more, stays for the next wave.
    guard reserveCount > 16 + (residentBlocks - reserveCount) / 8 else { return }
    releasePages(of: block)
  }

  private mutating func releasePages(of block: Int) {
    let first = UInt32(block) * Self.blockSlots
    var highest = blocks[block].floor
    for index in first..<first + UInt32(blocks[block].carved) {
      guard let slot = hot.slot(index) else { continue }
      highest = max(highest, HandleBits.generation(slot.pointee.state.load(ordering: .relaxed)))
    }
    unlist(block)
    blocks[block].isReserve = false
    reserveCount -= 1
    residentBlocks -= 1
    blocks[block].free = 0
    blocks[block].freeCount = 0
    blocks[block].carved = 0
    blocks[block].floor = highest
    let byteCount = Int(Self.blockSlots) * 16
    let segment = segments[Self.segment(of: first)]
    let base = UnsafeMutableRawPointer(hot.slot(first).unsafelyUnwrapped)
    allocator.release(UnsafeMutableRawBufferPointer(start: base, count: byteCount), of: segment)
    releasedBytes += byteCount
    // Behind all others: whoever needs a block takes one with pages first.
    listEmpty(block, last: true)
  }

  private static func segment(of index: UInt32) -> Int { 22 - (index | 1023).leadingZeroBitCount }

  // MARK: Lists

  private var lastEmpty: UInt32 = 0

  private mutating func list(_ block: Int) {
    blocks[block].previous = 0
    blocks[block].next = partial
    if partial != 0 { blocks[Int(partial - 1)].previous = UInt32(block) + 1 }
    partial = UInt32(block) + 1
    blocks[block].isListed = true
  }

  private mutating func listEmpty(_ block: Int, last: Bool = false) {
    let name = UInt32(block) + 1
    blocks[block].isListed = true
    if last, lastEmpty != 0 {
      blocks[block].previous = lastEmpty
      blocks[block].next = 0
      blocks[Int(lastEmpty - 1)].next = name
      lastEmpty = name
      return
    }
    blocks[block].previous = 0
    blocks[block].next = empty
    if empty != 0 { blocks[Int(empty - 1)].previous = name } else { lastEmpty = name }
    empty = name
  }

  private mutating func unlist(_ block: Int) {
    let previous = blocks[block].previous
    let next = blocks[block].next
    let name = UInt32(block) + 1
    if previous != 0 { blocks[Int(previous - 1)].next = next }
    if next != 0 { blocks[Int(next - 1)].previous = previous }
    if partial == name { partial = next }
    if empty == name { empty = next }
    if lastEmpty == name { lastEmpty = previous }
    blocks[block].isListed = false
    blocks[block].previous = 0
    blocks[block].next = 0
  }

  // MARK: Questions

  /// Whether a word with this table's tag was once a handle: its slot exists, and has come further than the handle's generation.
  func wasHandedOut(_ handle: UInt64) -> Bool {
    let index = HandleBits.index(handle)
    let block = Int(index / Self.blockSlots)
    guard block < blocks.count else { return false }
    let generation = HandleBits.generation(handle)
    guard generation >= firstGeneration else { return false }
    guard index % Self.blockSlots < UInt32(blocks[block].carved) else { return generation < blocks[block].floor }
    let state = hot.slot(index).unsafelyUnwrapped.pointee.state.load(ordering: .relaxed)
    // A live word has the generation of its handle, a free one that of the next.
    return state & 1 == 1 ? generation <= HandleBits.generation(state) : generation < HandleBits.generation(state)
  }

  /// The slots that may be live, as ranges of indices.
  var carvedRanges: [Range<UInt32>] {
    blocks.indices.compactMap { block in
      let first = UInt32(block) * Self.blockSlots
      return blocks[block].carved == 0 ? nil : first..<first + UInt32(blocks[block].carved)
    }
  }
}
