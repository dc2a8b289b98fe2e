/// Why a profile could not be written.
public enum ProfileError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The file could not be made or written.
  case cannotWrite(String, reason: String)

  /// What went wrong, where, and what to do.
  public var description: String {
    switch self {
    case .cannotWrite(let path, let reason):
      "cannot write the profile to \(path): \(reason); give a path in a folder that can be written"
    }
  }
}
