import Findings
import Foundation
import GoFrontend

extension Checker {
  /// What is known of the map at a position of a file; nil when there is none.
  ///
  /// - Parameters:
  ///   - path: the file, absolute.
  ///   - line: counted from 1.
  ///   - column: counted from 1, in UTF-8 bytes.
  /// - Complexity: linear in the size of the file's package and of what is looked at in its dependencies.
  public func map(inFile path: String, line: Int, column: Int) -> MapDescription? {
    guard path.hasSuffix(".go"),
      let found = MapInventory.map(inFile: path, line: line, column: column, options: CheckedSources.goOptions(options))
    else { return nil }
    let type = found.row.form == .syncMap ? "sync.Map" : "map[\(found.row.key)]\(found.row.value)"
    return MapDescription(
      place: found.place, type: type, language: .go, key: found.row.key, value: found.row.value,
      keyHolds: found.row.keyHolds, valueHolds: found.row.valueHolds)
  }
}
