import CFrontend
import Flow

/// The C code of all packages of a check: what C names mean to the type checker, and what C functions do to memory.
struct ForeignPackages: ForeignTypes {
  static func read(_ graph: PackageGraph, knowledge: any ForeignKnowledge, cache: String?, queue: ParallelQueue)
    -> ForeignPackages
  {
    ForeignPackages()
  }

  func complete(_ program: inout GoProgram) {}

  func result(ofFunction name: String, package: String) -> String? { nil }
  func type(ofValue name: String, package: String) -> String? { nil }
  func type(ofField field: String, inType type: String, package: String) -> String? { nil }
}
