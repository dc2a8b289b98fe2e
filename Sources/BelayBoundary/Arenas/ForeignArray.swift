/// An array of C structs in a `ForeignArena`. It cannot outlive the arena, nor be stored where it might.
///
/// Its pointer is for C. C may keep it until the arena ends, and may write to it.
public struct ForeignArray<Element: BitwiseCopyable>: ~Escapable {
  /// The first element; never null, also when there is none.
  public let pointer: UnsafeMutablePointer<Element>
  /// The number of elements.
  public let count: Int

  @_lifetime(borrow arena)
  init(_ room: UnsafeMutableBufferPointer<Element>, in arena: borrowing ForeignArena) {
    pointer = room.baseAddress.unsafelyUnwrapped
    count = room.count
  }

  /// An element.
  ///
  /// - Precondition: The index is one of `0..<count`.
  public subscript(index: Int) -> Element {
    get {
      precondition(index >= 0 && index < count, "Belay: no element \(index) of \(count)")
      return pointer[index]
    }
    nonmutating set {
      precondition(index >= 0 && index < count, "Belay: no element \(index) of \(count)")
      pointer[index] = newValue
    }
  }
}
