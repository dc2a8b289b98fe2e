import Testing

@testable import GoFrontend

@Suite struct NameMapTests {
  /// Held against a dictionary, with names that come and go as blocks open and close.
  @Test func randomOperations() {
    let seed = UInt64.random(in: .min ... .max)
    var state = seed
    func next(_ bound: UInt64) -> Int32 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int32((state >> 33) % bound)
    }
    var map = NameMap()
    var dictionary: [Name: ObjectID] = [:]
    for _ in 0..<20_000 {
      let name = Name(1 + next(300))
      let value = next(3) == 0 ? nil : ObjectID(1 + next(1000))
      map[name] = value
      dictionary[name] = value
      let other = Name(1 + next(300))
      #expect(map[other] == dictionary[other], "seed \(seed)")
    }
    #expect(Set(map.objects) == Set(dictionary.values), "seed \(seed)")
  }

  @Test func theEmptyNameMeansNothing() {
    var map = NameMap()
    map[Name(0)] = ObjectID(1)
    #expect(map[Name(0)] == nil && map.isEmpty && map.objects.isEmpty)
  }
}
