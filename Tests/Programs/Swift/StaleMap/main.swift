// Keeps blocks of C in maps, frees some, and, with the argument "use", reads one of them. For the tests of the guard.
import BelayMap
import Foundation

let names = BucketMap<UnsafeMutableRawPointer, Int>()
let blocks = BucketMap<String, UnsafeMutableRawPointer>()
for number in 0..<40 {
  guard let block = malloc(64) else { fatalError("no memory") }
  names[block] = number
  blocks["block \(number)"] = block
}
for number in 0..<3 { free(blocks["block \(number)"]) }
if CommandLine.arguments.last == "use", let block = blocks["block 1"] {
  print(block.load(as: Int.self))
}
print(names.count)
