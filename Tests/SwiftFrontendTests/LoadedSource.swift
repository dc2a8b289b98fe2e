import Flow
import Foundation

@testable import SwiftFrontend

/// Files in a folder of their own, loaded as a program.
struct LoadedSource {
  let program: SwiftProgram
  let symbols = SymbolTable()

  /// Writes the files, loads them, and takes the folder away again.
  init(_ files: [String: [UInt8]]) throws {
    let folder = FileManager.default.temporaryDirectory.path + "/belay-swift-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for (name, bytes) in files { try Data(bytes).write(to: URL(fileURLWithPath: folder + "/" + name)) }
    var options = SwiftSources.Options()
    options.root = folder
    program = SwiftProgram.load(paths: [folder], options: options, symbols: symbols)
  }
}
