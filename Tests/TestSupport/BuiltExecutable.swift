import Foundation

/// Executables of the package, which lie beside the test bundle.
public enum BuiltExecutable {
  /// The path of one; it exists when the package was built as a whole.
  public static func path(_ name: String) -> String {
    var folder = (CommandLine.arguments[0] as NSString).deletingLastPathComponent
    for candidate in CommandLine.arguments + [Bundle.main.bundlePath, Bundle.main.executablePath ?? ""] {
      let parent = (candidate as NSString).deletingLastPathComponent
      if FileManager.default.isExecutableFile(atPath: parent + "/" + name) { folder = parent }
    }
    return folder + "/" + name
  }
}
