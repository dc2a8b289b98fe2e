import Foundation

// What the solver found out in earlier runs.
//
// For each unit one file, by the key of the unit's content, holds the results of its functions, component by component of the call graph, each with the answers that it
// got from the rest of the program (`SolverDependencies`). A result is taken over when the program gives the same answers at the same point of the run; as the
// solver is a function of these answers and of the component, it would come to the same result. A component of functions from several units is always solved.
// Callers depend on the digest of what they can see of a result, so that an edit reaches no further than its effects do.

/// Keeps results of the solver between runs.
public struct SolverCache: Sendable {
  /// What tells a unit's content from any other, and makes ranges in its files hold in other runs.
  public struct UnitIdentity: Sendable {
    /// The digest of all that the unit was made from.
    public var key: UInt64
    /// The files of the unit, in an order that does not change.
    public var files: [Int32]

    /// An identity.
    public init(key: UInt64, files: [Int32]) {
      self.key = key
      self.files = files
    }
  }

  /// The units of the program, in its order; nil for those of which nothing is kept.
  let identities: [UnitIdentity?]
  private let folder: String

  /// A cache in a folder, which must be another one for each build and whenever the models of C functions change.
  public init(folder: String, identities: [UnitIdentity?]) {
    self.folder = folder + "/solved"
    self.identities = identities
  }

  private func path(_ key: UInt64) -> String { "\(folder)/\(ContentHash.text(key))" }

  /// What is kept of each unit.
  func units(_ program: Program, _ queue: ParallelQueue) -> [SolvedUnit?] {
    queue.map(count: identities.count) { number in
      guard let identity = identities[number],
        let data = FileManager.default.contents(atPath: path(identity.key)), data.count > 8
      else { return nil }
      let bytes = [UInt8](data)
      let isWhole = bytes.withUnsafeBytes { bytes in
        bytes.loadUnaligned(as: UInt64.self)
          == ContentHash.hash(UnsafeRawBufferPointer(rebasing: bytes[8...]), seed: identity.key)
      }
      guard isWhole, let unit = SolvedUnit(bytes, program, identity) else { return nil }
      // What was used just now goes last when room is made; an entry that cannot be touched only goes sooner.
      _ = utimes(path(identity.key), nil)
      return unit
    }
  }

  /// Keeps a unit for later runs. A cache that cannot be written costs time, nothing else.
  func keep(_ unit: SolvedUnit, number: Int, _ program: Program) {
    guard let identity = identities[number] else { return }
    try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    CacheFile.write(unit.bytes(program, identity), to: path(identity.key), seed: identity.key)
  }
}
