extension BucketMap: ExpressibleByDictionaryLiteral where Value: Copyable {
  /// Makes a map of the entries of a literal.
  ///
  /// - Precondition: No key occurs twice.
  public convenience init(dictionaryLiteral elements: (Key, Value)...) {
    self.init(uniqueKeysWithValues: elements)
  }
}

extension BucketMap: Equatable where Value: Equatable {
  /// Whether two maps have equal values for equal keys; the same map is equal to itself unless it holds what is not equal to itself.
  ///
  /// - Complexity: Linear in the number of entries.
  public static func == (left: BucketMap, right: BucketMap) -> Bool {
    guard left.count == right.count else { return false }
    for (key, value) in left {
      guard let other = right[key], other == value else { return false }
    }
    return true
  }
}

extension BucketMap: CustomStringConvertible, CustomDebugStringConvertible where Value: Copyable {
  /// The entries, as a dictionary shows them.
  public var description: String { isEmpty ? "[:]" : "[" + map { "\($0): \($1)" }.joined(separator: ", ") + "]" }

  /// The entries, with quotes and types where debugging needs them.
  public var debugDescription: String {
    isEmpty
      ? "[:]" : "[" + map { "\(String(reflecting: $0)): \(String(reflecting: $1))" }.joined(separator: ", ") + "]"
  }
}

extension BucketMap: CustomReflectable where Value: Copyable {
  /// The entries, as a debugger shows those of a dictionary.
  public var customMirror: Mirror {
    Mirror(self, unlabeledChildren: snapshot(), displayStyle: .dictionary)
  }
}

extension BucketMap: Encodable where Key: Encodable, Value: Encodable {
  /// Encodes the entries as a dictionary of them is encoded.
  public func encode(to encoder: any Encoder) throws { try Dictionary(self).encode(to: encoder) }
}

extension BucketMap: Decodable where Key: Decodable, Value: Decodable {
  /// Decodes what a dictionary decodes.
  public convenience init(from decoder: any Decoder) throws { self.init(try Dictionary(from: decoder)) }
}
