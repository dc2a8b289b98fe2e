/// Mixes numbers into one, much faster than `Hasher` takes them one by one; what comes out goes into a `Hasher`.
struct QuickHash {
  private(set) var value: UInt64 = 0x9e37_79b9_7f4a_7c15

  @inline(__always)
  mutating func add(_ number: Int32) {
    let product = (value ^ UInt64(UInt32(bitPattern: number))).multipliedFullWidth(by: 0xd6e8_feb8_6659_fd93)
    value = product.high ^ product.low
  }

  @inline(__always)
  mutating func add(_ first: Int32, _ second: Int32) {
    let number = UInt64(UInt32(bitPattern: first)) << 32 | UInt64(UInt32(bitPattern: second))
    let product = (value ^ number).multipliedFullWidth(by: 0xd6e8_feb8_6659_fd93)
    value = product.high ^ product.low
  }
}
