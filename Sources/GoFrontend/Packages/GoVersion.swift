/// A version of the Go 1 language by its minor number: 21 for `go1.21`.
public struct GoVersion: Sendable, Hashable, Comparable {
  /// The minor number.
  public var minor: Int

  /// Go 1.`minor`.
  public init(minor: Int) { self.minor = minor }

  /// The newest version that is understood.
  public static let newest = GoVersion(minor: BuildContext.newestGoVersion)
  /// What a module without a go line means.
  public static let withoutGoLine = GoVersion(minor: 16)

  /// From a release tag, `go1.21`; not from `go1.21.3` or anything else.
  init?(releaseTag tag: String) {
    guard tag.hasPrefix("go1.") else { return nil }
    let digits = tag.utf8.dropFirst(4)
    guard !digits.isEmpty, digits.count < 6, digits.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
    minor = Int(String(tag.dropFirst(4))) ?? 0
  }

  /// From the go line of a go.mod: `1.21`, `1.21.3`, `1.22rc1`.
  init?(goLine text: String) {
    guard text.hasPrefix("1.") || text == "1" else { return nil }
    let digits = text.dropFirst(2).prefix { $0.isASCII && $0.isNumber }
    guard !digits.isEmpty, digits.count < 6, let minor = Int(digits) else {
      if text == "1" {
        self.minor = 0
        return
      }
      return nil
    }
    self.minor = minor
  }

  /// Compares by age.
  public static func < (left: GoVersion, right: GoVersion) -> Bool { left.minor < right.minor }

  /// The version that holds in a file, from the module's and the one its `//go:build` line implies. A file may go up or down,
  /// but never below 1.21, the first version that read such lines.
  static func ofFile(module: GoVersion, constraint: BuildConstraint?) -> GoVersion {
    guard let implied = constraint?.impliedGoVersion else { return module }
    return max(implied, GoVersion(minor: 21))
  }
}
