/// Refuses memory as a `FaultPlan` says.
final class FaultAllocator: BucketAllocator {
  private let plan: FaultPlan
  private let base: any BucketAllocator

  init(plan: FaultPlan, base: any BucketAllocator) {
    self.plan = plan
    self.base = base
  }

  func allocate(byteCount: Int, alignment: Int) throws(MemoryError) -> MemoryBlock {
    if plan.refuses(byteCount) { throw .outOfMemory(byteCount: byteCount) }
    return try base.allocate(byteCount: byteCount, alignment: alignment)
  }

  func prepare(byteCount: Int, alignment: Int) -> MemoryPreparation? {
    plan.refuses(byteCount) ? nil : base.prepare(byteCount: byteCount, alignment: alignment)
  }

  func accompany(
    into block: MemoryBlock, stepCount: Int, ahead: [MemoryMove.Lane], behind: [MemoryMove.Lane], cycle: UInt64
  ) -> MemoryMove? {
    // That nobody goes with a map is a fault as well.
    if plan.refuses(block.byteCount) { return nil }
    return base.accompany(into: block, stepCount: stepCount, ahead: ahead, behind: behind, cycle: cycle)
  }

  func touchSoon(_ block: MemoryBlock) { base.touchSoon(block) }
  func release(_ part: UnsafeMutableRawBufferPointer, of block: MemoryBlock) { base.release(part, of: block) }
  func releaseGranule(of block: MemoryBlock) -> Int { base.releaseGranule(of: block) }
  func deallocate(_ block: MemoryBlock) { base.deallocate(block) }
  func deallocateReleased(_ block: MemoryBlock) { base.deallocateReleased(block) }
}
