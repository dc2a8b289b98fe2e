import TestSupport
import Testing

@testable import GoFrontend

@Suite struct NameMapTests {
  /// Held against a dictionary, with names that come and go as blocks open and close.
  @Test func randomOperations() {
    var random = SeededRandom()
    func next(_ bound: Int32) -> Int32 { Int32.random(in: 0..<bound, using: &random) }
    var map = NameMap()
    var dictionary: [Name: ObjectID] = [:]
    for _ in 0..<20_000 {
      let name = Name(1 + next(300))
      let value = next(3) == 0 ? nil : ObjectID(1 + next(1000))
      map[name] = value
      dictionary[name] = value
      let other = Name(1 + next(300))
      #expect(map[other] == dictionary[other], "seed \(random.seed)")
    }
    #expect(Set(map.objects) == Set(dictionary.values), "seed \(random.seed)")
  }

  @Test func theEmptyNameMeansNothing() {
    var map = NameMap()
    map[Name(0)] = ObjectID(1)
    #expect(map[Name(0)] == nil && map.isEmpty && map.objects.isEmpty)
  }
}
