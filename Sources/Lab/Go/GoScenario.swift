import Foundation
import LabFaults
import Yams

/// A folder of the lab's Go programs: its `scenario.yml`.
struct GoScenario: Decodable, Equatable {
  /// One way to build and run the folder's program.
  struct Variant: Decodable, Equatable {
    /// What the program does: whether it has a fault or a defence, or tries a claim.
    enum Kind: String, Decodable { case fault, defence, claim }

    /// The first argument; behind `@` the tool that it is built or run with.
    let name: String
    let kind: Kind
    let shows: String
    let env: [String: String]?
    let flags: [String]?
    let toolchains: [String]?

    /// The program's first argument.
    var program: String { String(name.prefix { $0 != "@" }) }
    /// The tool, or nil.
    var tool: String? { name.split(separator: "@").dropFirst().first.map(String.init) }

    func runs(with toolchain: GoToolchain) -> Bool { toolchains?.contains(toolchain.layout) ?? true }
  }

  let number: Int
  let title: String
  let explanation: String
  let claim: String?
  let expected: Bool?
  let variants: [Variant]
  /// The folder, from that of the module on.
  var folder = ""
  /// Whether a program of it uses cgo itself.
  var usesC = false

  private enum CodingKeys: String, CodingKey { case number, title, explanation, claim, expected, variants }

  /// The last part of the folder.
  var name: String { String(folder.split(separator: "/").last ?? "") }

  /// All scenarios and claims below a folder, by their numbers.
  ///
  /// - Throws: When the folder or one of its files cannot be read or understood.
  static func all(in folder: String) throws(LabFailure) -> [GoScenario] {
    var result: [GoScenario] = []
    for part in try names(in: folder) {
      if part == "claims" {
        for claim in try names(in: "\(folder)/claims") { try read("claims/\(claim)", in: folder, into: &result) }
      } else {
        try read(part, in: folder, into: &result)
      }
    }
    return result.sorted { ($0.number, $0.name) < ($1.number, $1.name) }
  }

  private static func names(in folder: String) throws(LabFailure) -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    } catch {
      throw LabFailure(
        "cannot read \(folder)", error.localizedDescription, "give the folder of the Go programs with --examples")
    }
  }

  private static func read(_ name: String, in folder: String, into result: inout [GoScenario]) throws(LabFailure) {
    let file = "\(folder)/\(name)/scenario.yml"
    guard let data = FileManager.default.contents(atPath: file) else { return }
    do {
      var scenario = try YAMLDecoder().decode(GoScenario.self, from: data)
      scenario.folder = name
      let sources = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(name)").filter {
        $0.hasSuffix(".go")
      }
      scenario.usesC = try sources.contains {
        try String(contentsOfFile: "\(folder)/\(name)/\($0)", encoding: .utf8).contains("import \"C\"")
      }
      result.append(scenario)
    } catch {
      throw LabFailure("cannot use \(file)", "\(error)", "correct it, or give another folder with --examples")
    }
  }
}
