import Foundation

/// JSON as all reporters and files of Belay write it.
enum JSONText {
  static func encode(_ value: some Encodable) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    // Values of the model hold strings, integers and finite numbers only: they always encode.
    guard let data = try? encoder.encode(value) else { preconditionFailure("a report that cannot be encoded") }
    return String(decoding: data, as: UTF8.self)
  }
}
