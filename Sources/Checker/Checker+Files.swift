import GoFrontend

extension Checker {
  /// The endings of files that take part in a check, without the dot.
  public static let sourceEndings: Set<String> = [
    "go", "swift", "c", "cc", "cpp", "cxx", "m", "mm", "h", "hh", "hpp", "hxx",
  ]

  /// Files in whose folder a module begins.
  public static let moduleFileNames: Set<String> = ["go.mod", "Package.swift"]

  /// Files that say what belongs to a check and how it is done.
  public static let buildFileNames: Set<String> = moduleFileNames.union(["go.work", ConfigurationFile.name])
}

extension CheckOptions {
  /// Chooses the build context; nil stands for this machine's.
  public mutating func setContext(operatingSystem: String?, architecture: String?, tags: [String]) {
    context = BuildContext(
      operatingSystem: operatingSystem ?? BuildContext.hostOperatingSystem,
      architecture: architecture ?? BuildContext.hostArchitecture, tags: Set(tags))
  }
}
