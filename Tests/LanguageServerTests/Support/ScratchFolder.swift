import Foundation

@testable import LanguageServer

/// A folder with Go files that is gone when the last reference to it is.
final class ScratchFolder: Sendable {
  let path: String

  /// A pointer that is freed and stays in its map: BM002 at 12:2.
  static let faulty = """
    package a

    // #include <stdlib.h>
    import "C"
    import "unsafe"

    var names = map[string]*C.char{}

    func Put(k string) {
    \tp := C.CString(k)
    \tnames[k] = p
    \tC.free(unsafe.Pointer(p))
    }

    """

  /// The same without the fault.
  static let safe = faulty.replacing("\tC.free", with: "\tdelete(names, k)\n\tC.free")

  /// A Go module with these files.
  init(_ files: [String: String] = [:]) throws {
    let base = FileManager.default.temporaryDirectory.resolvingSymlinksInPath().path
    path = base + "/belay-lsp-test-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    try write("module example.com/a\n\ngo 1.24\n", to: "go.mod")
    for (name, text) in files { try write(text, to: name) }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func uri(_ name: String = "") -> String { FileURI.uri(name.isEmpty ? path : path + "/" + name) }

  func write(_ text: String, to name: String) throws {
    let file = path + "/" + name
    try FileManager.default.createDirectory(
      atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try Data(text.utf8).write(to: URL(fileURLWithPath: file))
  }

  func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: path + "/" + name) }
}
