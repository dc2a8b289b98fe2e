/// A thing whose end waits for readers.
struct Retired {
  let pointer: UnsafeMutableRawPointer
  let byteCount: Int
  let end: @convention(c) (UnsafeMutableRawPointer, Int) -> Void

  func run() { end(pointer, byteCount) }
}
