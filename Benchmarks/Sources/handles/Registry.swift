import BelayBoundary

/// What is registered. The object is read at each look-up, so that a registry must have found it.
final class Thing: Sendable {
  let number: UInt64
  init(_ number: UInt64) { self.number = number }
}

/// A registry of objects by word: Belay's table, and what programs write by hand.
protocol Registry: Sendable {
  init()
  static var name: String { get }
  func insert(_ thing: Thing) -> UInt64
  /// The number of the thing, read where it is.
  func scoped(_ word: UInt64) -> UInt64
  /// A reference to the thing.
  func strong(_ word: UInt64) -> Thing?
  func end(_ word: UInt64)
}

struct BelayTable: Registry {
  static let name = "belay"
  let table = HandleTable<Thing>()

  @inline(__always) func insert(_ thing: Thing) -> UInt64 {
    ((try? table.insert(thing)) ?? Handle(rawValue: 0)).rawValue
  }
  @inline(__always) func scoped(_ word: UInt64) -> UInt64 {
    (try? table.withObject(Handle(rawValue: word)) { $0.number }) ?? 0
  }
  @inline(__always) func strong(_ word: UInt64) -> Thing? { table[Handle(rawValue: word)] }
  @inline(__always) func end(_ word: UInt64) { _ = try? table.release(Handle(rawValue: word)) }
}
