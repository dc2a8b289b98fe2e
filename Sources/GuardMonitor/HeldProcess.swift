import CGuard
import Diagnosis
import ProcessImage

/// A look into the maps of a guarded process.
enum HeldProcess {
  /// The maps that hold addresses of blocks, and what could not be known.
  static func holders(of blocks: [Range<UInt64>], in process: UInt32) -> (holders: [MapHolder], limitations: [String]) {
    do {
      let found = BlockHolders(try ProcessImage(pid: Int32(bitPattern: process)), blocks: blocks)
      return (found.holders, found.limitations)
    } catch {
      return ([], ["the maps of the process are not known: \(error)"])
    }
  }
}

extension belay_guard_block {
  /// Its bytes. The guard makes no block that ends beyond the address space.
  var range: Range<UInt64> { address..<address + size }
}
