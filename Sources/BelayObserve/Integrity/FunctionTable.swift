import StackTraces

/// Functions as they were at one time: where their names led, and how their code began.
///
/// A hook changes one or the other: it writes a jump over the first instructions, or it puts a library in front that has the same name. Either is seen; a change
/// further inside a function, or in the table through which one caller reaches it, is not.
///
/// A value; thread safe.
public struct FunctionTable: Sendable {
  /// How many bytes of code are looked at: more than the longest jump that hooking libraries write (14 bytes on x86-64, 16 on arm64).
  static let watchedBytes = 32

  private struct Entry: Sendable {
    let name: String
    let address: UInt
    let code: UInt64
  }

  private let entries: [Entry]

  /// Remembers functions of the process by their names in the symbol table.
  ///
  /// - Parameter names: Names as C has them; those that lead nowhere are reported by `missing`.
  /// - Complexity: Linear in the number of names.
  public init(_ names: [String]) {
    entries = names.compactMap { name in
      Self.address(of: name).map { Entry(name: name, address: $0, code: Self.hash(ofCodeAt: $0)) }
    }
    let found = Set(entries.map(\.name))
    missing = names.filter { !found.contains($0) }
  }

  /// Names that led to no function.
  public let missing: [String]

  /// What has changed since.
  func changes() -> [IntegrityAlarm] {
    entries.compactMap { entry in
      guard let address = Self.address(of: entry.name) else {
        return alarm(entry, "its name leads nowhere any more")
      }
      if address != entry.address {
        return alarm(
          entry, "its name leads to 0x\(String(address, radix: 16)), and led to 0x\(String(entry.address, radix: 16))")
      }
      return Self.hash(ofCodeAt: address) == entry.code ? nil : alarm(entry, "its first instructions were overwritten")
    }
  }

  private func alarm(_ entry: Entry, _ detail: String) -> IntegrityAlarm {
    IntegrityAlarm(kind: .functionChanged, subject: entry.name, detail: detail)
  }

  private static func address(of name: String) -> UInt? {
    ProcessSymbols.address(of: name).map { UInt(bitPattern: $0) }
  }

  /// FNV-1a (Fowler, Noll, Vo) of a function's first bytes.
  private static func hash(ofCodeAt address: UInt) -> UInt64 {
    guard let code = UnsafeRawPointer(bitPattern: address) else { return 0 }
    // Code is readable, and a function's page does not end within it: linkers pad code sections to whole pages.
    return (0..<watchedBytes).reduce(0xcbf2_9ce4_8422_2325 as UInt64) {
      ($0 ^ UInt64(code.load(fromByteOffset: $1, as: UInt8.self))) &* 0x100_0000_01b3
    }
  }
}
