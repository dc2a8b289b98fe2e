// Files for every operating system are read. What the default context leaves out is analysed in further contexts: for each such file the
// contexts that would take it are tried in an order of preference, and a context that is in use already wins. Only what the file's own constraint
// names is varied, so a file costs a handful of evaluations.

extension FolderListing {
  /// The contexts, besides `base`, that take the files that `base` does not. Files that no context takes stay out.
  ///
  /// A file only asks for a context of its own when a rule could look at it: when it handles a map or calls C.
  func variants(beside base: BuildContext) -> [BuildContext] {
    var chosen: [BuildContext] = []
    for file in goFiles where !file.isIncluded(in: base) && file.mayMatter {
      if chosen.contains(where: file.isIncluded(in:)) { continue }
      if let context = file.firstContext(besides: base) { chosen.append(context) }
    }
    return chosen
  }
}

extension FolderListing.GoFile {
  /// Whether there is anything in the file that a rule may look at.
  var mayMatter: Bool {
    if header.hasInvalidConstraint || header.packageName.isEmpty { return false }
    return header.usesCgo || source.contains("map[") || source.contains("sync.Map") || source.contains("delete(")
  }

  /// Tags that are set by nothing but a `-tags` option; more than this many are not tried in all combinations.
  private static let maximumFreeTags = 6

  private static let systems = [
    "linux", "windows", "darwin", "freebsd", "openbsd", "netbsd", "dragonfly", "solaris", "illumos", "aix", "android",
    "ios", "js", "wasip1", "plan9", "zos", "hurd", "nacl",
  ]

  private static let architectures = [
    "amd64", "arm64", "386", "arm", "riscv64", "ppc64le", "ppc64", "s390x", "loong64", "mips64le", "mips64", "mipsle",
    "mips", "wasm",
  ]

  /// The first context that takes the file, nearest to `base` first.
  func firstContext(besides base: BuildContext) -> BuildContext? {
    let tags = Set(nameTags + (header.constraint?.tags ?? []))
    var systems = [base.operatingSystem]
    if tags.contains("unix") || tags.contains(base.operatingSystem)
      || !tags.isDisjoint(with: BuildContext.knownSystems)
    {
      // Of the systems that are not named one stands for all, a Unix and another.
      systems += Self.systems.filter { $0 != base.operatingSystem && tags.contains($0) }
      systems += ["linux", "windows", "plan9", "freebsd", "darwin", "zos"].filter { !systems.contains($0) }
      systems += tags.filter { BuildContext.knownSystems.contains($0) && !systems.contains($0) }.sorted()
    }
    var architectures = [base.architecture]
    if !tags.isDisjoint(with: BuildContext.knownArchitectures) || systems.contains("js") || systems.contains("wasip1") {
      architectures += Self.architectures.filter { $0 != base.architecture && tags.contains($0) }
      architectures += ["amd64", "arm64", "wasm"].filter { !architectures.contains($0) }
      architectures += tags.filter { BuildContext.knownArchitectures.contains($0) && !architectures.contains($0) }
        .sorted()
    }
    var cgo = [base.isCgoEnabled]
    if header.usesCgo || tags.contains("cgo") { cgo.append(!base.isCgoEnabled) }
    var compilers = [base.compiler]
    if tags.contains("gccgo") || tags.contains("gc") { compilers.append(base.compiler == "gc" ? "gccgo" : "gc") }
    let versions =
      [base.goVersion]
      + tags.compactMap { GoVersion(releaseTag: $0)?.minor }.filter { $0 > 1 }.map { $0 - 1 }.sorted(by: >)
    let free = tags.filter { !isBuiltIn($0) }.sorted().prefix(Self.maximumFreeTags)

    for number in (0..<(1 << free.count)).sorted(by: { $0.nonzeroBitCount < $1.nonzeroBitCount }) {
      let set = Set(free.enumerated().filter { number >> $0.offset & 1 == 1 }.map(\.element))
      for version in versions {
        for compiler in compilers {
          for isCgoEnabled in cgo {
            for architecture in architectures {
              for system in systems {
                // WebAssembly and its two systems only go together.
                if (architecture == "wasm") != (system == "js" || system == "wasip1") { continue }
                var context = base
                context.operatingSystem = system
                context.architecture = architecture
                context.isCgoEnabled = isCgoEnabled
                context.compiler = compiler
                context.goVersion = version
                context.tags.formUnion(set)
                if isIncluded(in: context) { return context }
              }
            }
          }
        }
      }
    }
    return nil
  }

  private func isBuiltIn(_ tag: String) -> Bool {
    switch tag {
    case "unix", "cgo", "gc", "gccgo": true
    default:
      BuildContext.knownSystems.contains(tag) || BuildContext.knownArchitectures.contains(tag)
        || GoVersion(releaseTag: tag) != nil
    }
  }
}
