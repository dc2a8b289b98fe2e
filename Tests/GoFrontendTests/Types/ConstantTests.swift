import Testing

@testable import GoFrontend

@Suite struct ConstantTests {
  private func keys(_ declarations: String) throws -> [String] {
    let tree = try SourceTree(["go.mod": "module m\ngo 1.24\n", "a.go": "package m\n" + declarations])
    return MapInventory(paths: [tree.root]).rows.map(\.key)
  }

  /// Each constant names the one before twice: without memory of what has no value that is 2^100 evaluations.
  @Test(arguments: ["1.5", "\"s\"", "1 << 62", "c0 + c99", "unknown"])
  func constantsThatDoubleEndSoon(first: String) throws {
    let doubling = (1..<100).map { "const c\($0) = c\($0 - 1) + c\($0 - 1)\n" }.joined()
    #expect(try keys("var m map[[4]int]int\nconst c0 = \(first)\n\(doubling)") == ["[4]int"])
  }

  @Test func cyclesEndSoon() throws {
    let names = (0..<30).map { "k\($0)" }
    let all = names.map { "const \($0) = " + names.joined(separator: " + ") + "\n" }.joined()
    #expect(try keys("\(all)var m map[[2]int]int\n") == ["[2]int"])
  }

  @Test func longChainsHaveValues() throws {
    let chain = (1...150).reversed().map { "const c\($0) = c\($0 - 1) + 1\n" }.joined()
    #expect(try keys("var m map[[c150]int]int\n\(chain)const c0 = 7\n") == ["[157]int"])
  }

  @Test(arguments: [
    ("0x1F", 31), ("0b1_01", 5), ("0o17", 15), ("017", 15), ("1_000", 1000), ("0", 0), ("0X_ff", 255), ("0_7", 7),
    ("'a'", 97), ("1 << 4", 16), ("len([3]int{})", 3),
  ])
  func integers(text: String, value: Int) throws {
    #expect(try keys("var m map[[\(text)]int]int\n") == ["[\(value)]int"])
  }

  /// What does not fit in 64 bits, or is no integer, has no value here.
  @Test(arguments: ["9223372036854775808", "0xFFFFFFFFFFFFFFFFF", "08", "0b2"])
  func integersWithoutAValue(text: String) throws {
    #expect(try keys("const c = \(text)\nvar m map[[c]int]int\n").count == 1)
  }
}
