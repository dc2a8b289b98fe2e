import CLibClang
import Foundation

/// libclang, loaded once. It ships with every Swift toolchain, and with Debian's and Ubuntu's `libclang1` packages.
public final class LibClang: @unchecked Sendable {
  // Unchecked: `library` is written in `init` only; libclang allows parsing on several threads with an index each.
  let library: BelayLibClang
  /// Where the compiler's own headers lie, as an option for the compiler.
  let resourceOptions: [String]

  /// The library of this machine; nil when none is found.
  public static let shared: LibClang? = candidates().lazy.compactMap(LibClang.init(path:)).first

  /// What the user reads when there is none.
  public static let missing =
    "C code is not read, because libclang was not found: C functions are known by the library model and their names only; install a Swift toolchain or libclang1, or set BELAY_LIBCLANG"

  private init?(path: String) {
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    var library = BelayLibClang()
    DeepStack.prepare()
    guard belayLoadLibClang(path, &library) == 0 else { return nil }
    _ = library.toggleCrashRecovery(1)
    DeepStack.moveSignalHandlers()
    self.library = library
    let clang = (path as NSString).deletingLastPathComponent + "/clang"
    let versions = (try? FileManager.default.contentsOfDirectory(atPath: clang)) ?? []
    let newest = versions.max { (Int($0.prefix { $0.isNumber }) ?? 0) < (Int($1.prefix { $0.isNumber }) ?? 0) }
    resourceOptions = newest.map { ["-resource-dir", "\(clang)/\($0)"] } ?? []
  }

  private static func candidates() -> [String] {
    let environment = ProcessInfo.processInfo.environment
    var paths: [String] = []
    if let path = environment["BELAY_LIBCLANG"] { paths.append(path) }
    #if os(macOS)
      let file = "libclang.dylib"
      paths.append("/Library/Developer/CommandLineTools/usr/lib/libclang.dylib")
      paths.append(
        "/Applications/Xcode.app/Contents/Developer/Toolchains/XcodeDefault.xctoolchain/usr/lib/libclang.dylib")
    #else
      let file = "libclang.so"
    #endif
    for folder in (environment["PATH"] ?? "").split(separator: ":") {
      let swift = "\(folder)/swift"
      guard FileManager.default.isExecutableFile(atPath: swift) else { continue }
      let real = URL(fileURLWithPath: swift).resolvingSymlinksInPath().path
      paths.append(
        ((real as NSString).deletingLastPathComponent as NSString).deletingLastPathComponent + "/lib/\(file)")
    }
    for folder in ["/usr/lib", "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64"] {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
      paths += names.filter { $0.hasPrefix("libclang-") || $0.hasPrefix("llvm-") || $0 == file }.sorted(by: >).map {
        $0.hasPrefix("llvm-") ? "\(folder)/\($0)/lib/\(file)" : "\(folder)/\($0)"
      }
    }
    return paths
  }

  func text(_ string: BelayCXString) -> String {
    defer { library.disposeString(string) }
    return library.cString(string).map { String(cString: $0) } ?? ""
  }

  func spelling(_ cursor: BelayCXCursor) -> String { text(library.cursorSpelling(cursor)) }

  /// Calls `body` with each child of a cursor.
  func children(_ cursor: BelayCXCursor, _ body: (BelayCXCursor) -> Void) {
    withoutActuallyEscaping(body) { body in
      var box = VisitorBox(body: body)
      withUnsafeMutablePointer(to: &box) { pointer in
        _ = library.visitChildren(
          cursor,
          { child, _, data in
            // Unsafe: the pointer is that of `box`, which lives until the visit returns.
            if let data { data.assumingMemoryBound(to: VisitorBox.self).pointee.body(child) }
            return 1
          }, pointer)
      }
    }
  }

  /// What comes after a visited cursor.
  enum Step: Int32 {
    case end, next, descend
  }

  /// Calls `body` with each cursor below a cursor and with its parent, in the order of the source. libclang keeps a list of what is to visit, so depth costs no stack.
  func descendants(_ cursor: BelayCXCursor, _ body: (BelayCXCursor, BelayCXCursor) -> Step) {
    withoutActuallyEscaping(body) { body in
      var box = DescendantBox(body: body)
      withUnsafeMutablePointer(to: &box) { pointer in
        _ = library.visitChildren(
          cursor,
          { child, parent, data in
            // Unsafe: the pointer is that of `box`, which lives until the visit returns.
            data?.assumingMemoryBound(to: DescendantBox.self).pointee.body(child, parent).rawValue ?? 0
          }, pointer)
      }
    }
  }

  private struct DescendantBox {
    let body: (BelayCXCursor, BelayCXCursor) -> Step
  }

  private struct VisitorBox {
    let body: (BelayCXCursor) -> Void
  }
}
