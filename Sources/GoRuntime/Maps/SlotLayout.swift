/// Where keys and elements stand in a bucket (classic) or a group (Swiss).
struct SlotLayout {
  /// Where the row of eight control bytes stands: tophash or control word.
  var control: UInt64 = 0
  var keys: UInt64 = 0
  var keyStride: UInt64 = 0
  var elements: UInt64 = 0
  var elementStride: UInt64 = 0
  /// Where the link to the overflow bucket stands (classic).
  var overflow: UInt64 = 0
  var size: UInt64 = 0
  /// The type that stands in the slot: a pointer if keys are too large to be kept there.
  var storedKey = TypeID.none
  var storedElement = TypeID.none

  /// The layout of a container type; nil if it is not laid out in a known way.
  init?(_ types: TypeTable, _ id: TypeID) {
    let type = types[id]
    // Go keeps nothing above 128 bytes in a slot, so a bucket is small; more is damage.
    guard type.kind == .structure, type.size > 8, type.size < 1 << 16 else { return nil }
    size = type.size
    func array(_ names: String...) -> (offset: UInt64, element: TypeID)? {
      for name in names {
        if let field = type.field(name), types[field.type].kind == .array {
          return (field.offset, types[field.type].element)
        }
      }
      return nil
    }
    control = (type.field("tophash") ?? type.field("topbits") ?? type.field("ctrl"))?.offset ?? 0
    if let slots = array("slots") {
      let slot = types[slots.element]
      guard let key = slot.field("key") ?? slot.fields.first, let element = slot.field("elem") ?? slot.fields.last,
        slot.size > 0 || type.size == 8
      else { return nil }
      keys = slots.offset + key.offset
      elements = slots.offset + element.offset
      keyStride = slot.size
      elementStride = slot.size
      (storedKey, storedElement) = (key.type, element.type)
    } else if let keyArray = array("keys"), let elementArray = array("elems", "values") {
      keys = keyArray.offset
      keyStride = types[keyArray.element].size
      elements = elementArray.offset
      elementStride = types[elementArray.element].size
      (storedKey, storedElement) = (keyArray.element, elementArray.element)
      overflow = type.field("overflow")?.offset ?? 0
    } else {
      return nil
    }
    guard keyStride < 1 << 16, elementStride < 1 << 16, keys < size + 8, elements < size + 8, overflow <= size - 8,
      control <= size - 8, keys + 7 * keyStride <= size, elements + 7 * elementStride <= size
    else { return nil }
  }
}
