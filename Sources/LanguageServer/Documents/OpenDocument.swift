/// A document that the client has open.
struct OpenDocument: Sendable {
  /// Its name as the client writes it.
  var uri: String
  /// Where it lies; nil for one that is no file.
  var path: String?
  var version: Int
  var text: SourceText
}
