import Foundation

/// For what a Go program is built: it decides which files belong to a package. The rules are those of `go/build`.
public struct BuildContext: Sendable, Hashable {
  /// GOOS: `linux`, `darwin`, `windows` ….
  public var operatingSystem: String
  /// GOARCH: `amd64`, `arm64` ….
  public var architecture: String
  /// Whether files that import "C" take part.
  public var isCgoEnabled: Bool
  /// The compiler, a tag of its own.
  public var compiler: String
  /// Tags that are set besides.
  public var tags: Set<String>
  /// The minor version of Go 1 that the program is built with: it sets the tags `go1.1` to `go1.N`.
  public var goVersion: Int

  /// The newest language version that is understood.
  public static let newestGoVersion = 27

  /// A context; what is not given is the host's, with cgo on.
  public init(
    operatingSystem: String = BuildContext.hostOperatingSystem, architecture: String = BuildContext.hostArchitecture,
    isCgoEnabled: Bool = true, compiler: String = "gc", tags: Set<String> = [],
    goVersion: Int = BuildContext.newestGoVersion
  ) {
    self.operatingSystem = operatingSystem
    self.architecture = architecture
    self.isCgoEnabled = isCgoEnabled
    self.compiler = compiler
    self.tags = tags
    self.goVersion = goVersion
  }

  /// GOOS of the machine that the check runs on.
  public static let hostOperatingSystem: String = {
    #if os(macOS)
      "darwin"
    #elseif os(Windows)
      "windows"
    #else
      "linux"
    #endif
  }()

  /// GOARCH of the machine that the check runs on.
  public static let hostArchitecture: String = {
    #if arch(arm64)
      "arm64"
    #elseif arch(i386)
      "386"
    #else
      "amd64"
    #endif
  }()

  /// Short form for messages and symbols: `windows/amd64`, `linux/amd64 without cgo`.
  public var description: String {
    var text = "\(operatingSystem)/\(architecture)"
    if !isCgoEnabled { text += ",nocgo" }
    if compiler != "gc" { text += "," + compiler }
    if goVersion != Self.newestGoVersion { text += ",go1.\(goVersion)" }
    for tag in tags.sorted() { text += "," + tag }
    return text
  }

  /// Whether a build tag holds.
  public func matches(tag: String) -> Bool {
    if tag == operatingSystem || tag == architecture || tag == compiler { return true }
    switch tag {
    case "cgo": return isCgoEnabled
    case "linux" where operatingSystem == "android": return true
    case "solaris" where operatingSystem == "illumos": return true
    case "darwin" where operatingSystem == "ios": return true
    case "unix": return Self.unixSystems.contains(operatingSystem) || tags.contains(tag)
    case "boringcrypto": return tags.contains(tag) || tags.contains("goexperiment.boringcrypto")
    default: break
    }
    if let minor = GoVersion(releaseTag: tag) { return minor.minor >= 1 && minor.minor <= goVersion }
    return tags.contains(tag) || Self.toolTags.contains(tag)
  }

  /// Whether the name of a file admits it: `_linux.go`, `_windows_arm64.go`, with or without `_test`.
  public func matches(fileName: String) -> Bool {
    Self.nameConstraints(fileName).allSatisfy(matches(tag:))
  }

  /// The tags that the name of a file demands.
  static func nameConstraints(_ fileName: String) -> [String] {
    let stem = fileName.prefix { $0 != "." }
    guard let first = stem.firstIndex(of: "_") else { return [] }
    var parts = stem[first...].split(separator: "_", omittingEmptySubsequences: false).map(String.init)
    if parts.last == "test" { parts.removeLast() }
    guard let last = parts.last else { return [] }
    if knownArchitectures.contains(last) {
      if parts.count >= 2, knownSystems.contains(parts[parts.count - 2]) { return [last, parts[parts.count - 2]] }
      return [last]
    }
    return knownSystems.contains(last) ? [last] : []
  }

  /// Every GOOS there is or was.
  static let knownSystems: Set<String> = [
    "aix", "android", "darwin", "dragonfly", "freebsd", "hurd", "illumos", "ios", "js", "linux", "nacl", "netbsd",
    "openbsd", "plan9", "solaris", "wasip1", "windows", "zos",
  ]

  /// Those for which the tag `unix` holds.
  static let unixSystems: Set<String> = [
    "aix", "android", "darwin", "dragonfly", "freebsd", "hurd", "illumos", "ios", "linux", "netbsd", "openbsd",
    "solaris",
  ]

  /// Every GOARCH there is or was.
  static let knownArchitectures: Set<String> = [
    "386", "amd64", "amd64p32", "arm", "armbe", "arm64", "arm64be", "loong64", "mips", "mipsle", "mips64", "mips64le",
    "mips64p32", "mips64p32le", "ppc", "ppc64", "ppc64le", "riscv", "riscv64", "s390", "s390x", "sparc", "sparc64",
    "wasm",
  ]

  /// What the go command of the newest release sets by itself: the experiments that are on by default.
  static let toolTags: Set<String> = [
    "goexperiment.regabiwrappers", "goexperiment.regabiargs", "goexperiment.dwarf5", "goexperiment.jsonv2",
    "goexperiment.greenteagc", "goexperiment.randomizedheapbase64", "goexperiment.sizespecializedmalloc", "amd64.v1",
  ]
}
