extension BucketMap where Value: Copyable {
  /// The value of a key, or nil. Assigning nil removes the entry; a change in place does not copy the value.
  ///
  /// - Complexity: O(1) on average; a write costs in the worst case the move of two buckets.
  @inlinable
  public subscript(key: Key) -> Value? {
    @_effects(releasenone)
    get {
      guard let slot = find(key) else { return nil }
      return Self.value(slot).pointee
    }
    set {
      if let newValue {
        let place = place(key)
        guard let slot = place.slot else { return }
        if place.found {
          let previous = Self.value(slot).move()
          Self.value(slot).initialize(to: newValue)
          endWrite()
          _ = consume previous
        } else {
          Self.value(slot).initialize(to: newValue)
          endWrite()
        }
      } else {
        removeValue(forKey: key)
      }
    }
    _modify {
      var value: Value?
      if let position = beginChange(of: key) {
        value = Self.value(position.slot).move()
        defer {
          if let changed = value.take() {
            Self.value(position.slot).initialize(to: changed)
            endWrite()
          } else {
            let key = Self.key(position.slot).move()
            vacate(position)
            endWrite()
            _ = consume key
          }
        }
        yield &value
      } else {
        defer { if let value { updateValue(value, forKey: key) } }
        yield &value
      }
    }
  }

  /// The value of a key, or a default; a change in place enters the default first.
  ///
  /// - Complexity: O(1) on average.
  @inlinable
  public subscript(key: Key, default defaultValue: @autoclosure () -> Value) -> Value {
    get {
      guard let slot = find(key) else { return defaultValue() }
      return Self.value(slot).pointee
    }
    _modify {
      if let position = beginChange(of: key) {
        defer { endWrite() }
        yield &Self.value(position.slot).pointee
      } else {
        var value = defaultValue()
        let place = place(key)
        if let slot = place.slot {
          defer { endWrite() }
          // The default itself may have entered the key.
          if !place.found { Self.value(slot).initialize(to: value) }
          yield &Self.value(slot).pointee
        } else {
          yield &value
        }
      }
    }
  }
}
