import Foundation

/// Files that are replaced in one step: a reader sees the old content or the new one, never a part.
public enum AtomicFile {
  /// Writes beside the file and moves into place. A symbolic link stays and what it points at is replaced; permissions stay as they are. What is no regular file, such
  /// as a pipe or a terminal, is written to directly.
  public static func write(_ data: Data, to path: String) throws {
    let manager = FileManager.default
    let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    let attributes = try? manager.attributesOfItem(atPath: target)
    if let type = attributes?[.type] as? FileAttributeType, type != .typeRegular {
      guard type != .typeDirectory else { throw CocoaError(.fileWriteInvalidFileName) }
      // The path as it was given: what /dev/stdout points at may have no name of its own.
      let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
      defer { try? handle.close() }
      try handle.write(contentsOf: data)
      return
    }
    let aside = "\(target).\(UUID().uuidString)"
    do {
      try data.write(to: URL(fileURLWithPath: aside))
      if let permissions = attributes?[.posixPermissions] {
        try manager.setAttributes([.posixPermissions: permissions], ofItemAtPath: aside)
      }
      guard rename(aside, target) == 0 else {
        throw NSError(domain: NSPOSIXErrorDomain, code: Int(errno))
      }
    } catch {
      try? manager.removeItem(atPath: aside)
      throw error
    }
  }
}
