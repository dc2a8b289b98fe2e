/// An object of the Go heap: a span and a number within it.
struct HeapObject: Hashable {
  let span: Int
  let index: UInt32
}
