// Cuts a stream of bytes into messages.
//
// A message is a head (`Content-Length: 17`, a blank line) and as many bytes of JSON. A stream may be damaged: a length that is no number or is not believable, a body that
// is shorter or longer than it says. Then bytes are passed over up to the next `Content-Length:`, so that what comes behind the damage still arrives. No more is kept
// in memory than one message of the largest size that is accepted.

import Foundation

/// Cuts a stream of bytes into messages.
struct MessageFramer {
  /// A body, or what is wrong with the stream.
  enum Piece: Equatable {
    case message(Data)
    case damage(String)
  }

  private static let label = Array("content-length:".utf8)

  private let maximumLength: Int
  private let maximumHeadLength: Int
  private var buffer: [UInt8] = []
  /// The first byte of the buffer that was not consumed.
  private var start = 0
  /// Where the search for the end of the head goes on.
  private var searched = 0
  /// Whether bytes are passed over up to the next head.
  private var isLost = false

  /// A framer that accepts bodies up to a length.
  init(maximumLength: Int = 64 << 20, maximumHeadLength: Int = 8 << 10) {
    self.maximumLength = maximumLength
    self.maximumHeadLength = maximumHeadLength
  }

  /// Whether bytes of an unfinished message wait.
  var hasRest: Bool { start < buffer.count && !isLost }

  /// Takes the next bytes of the stream. Complexity: linear in their number, over the life of the stream.
  mutating func append(_ bytes: some Collection<UInt8>) {
    if start > 0, start == buffer.count || start > 1 << 16 {
      buffer.removeFirst(start)
      searched = max(0, searched - start)
      start = 0
    }
    buffer += bytes
  }

  /// Takes back the part of a body that did not parse from where a further message seems to begin: the length was too large.
  mutating func recover(from body: Data) {
    let bytes = [UInt8](body)
    guard let head = bytes.indices.first(where: { Self.isHead(bytes, at: $0, orItsStart: true) }) else { return }
    buffer.replaceSubrange(..<start, with: bytes[head...])
    start = 0
    searched = 0
    isLost = true
  }

  /// The next message or damage; nil when more bytes are needed.
  mutating func next() -> Piece? {
    if isLost {
      guard let head = Self.head(in: buffer, from: start) else {
        // The label itself may be cut in two.
        start = max(start, buffer.count - Self.label.count)
        return nil
      }
      start = head
      searched = head
      isLost = false
    }
    guard let body = headEnd() else {
      if buffer.count - start <= maximumHeadLength { return nil }
      return lose(from: start + 1, "a head of more than \(maximumHeadLength) bytes")
    }
    guard let length = Self.length(inHead: buffer[start..<body]) else {
      return lose(from: start + 1, "a head without a valid Content-Length")
    }
    guard length <= maximumLength else {
      return lose(from: body, "a message of \(length) bytes, where \(maximumLength) are accepted")
    }
    guard buffer.count - body >= length else { return nil }
    let message = Data(buffer[body..<body + length])
    start = body + length
    searched = start
    return .message(message)
  }

  private mutating func lose(from position: Int, _ reason: String) -> Piece {
    start = min(position, buffer.count)
    searched = start
    isLost = true
    return .damage(reason)
  }

  /// Where the body starts: behind the first blank line.
  private mutating func headEnd() -> Int? {
    var index = max(start, searched)
    while index < buffer.count {
      if buffer[index] == 0x0A {
        if index > start, buffer[index - 1] == 0x0A { return index + 1 }
        if index >= start + 2, buffer[index - 1] == 0x0D, buffer[index - 2] == 0x0A { return index + 1 }
      }
      if index - start > maximumHeadLength { return nil }
      index += 1
    }
    searched = index
    return nil
  }

  /// The length that a head states; nil when it is no head. Of several lengths the last one counts: what stands before it was cut off.
  private static func length(inHead head: ArraySlice<UInt8>) -> Int? {
    var length: Int?
    for line in head.split(separator: 0x0A) {
      let text = String(decoding: line, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
      if text.isEmpty { continue }
      guard let colon = text.firstIndex(of: ":") else { return nil }
      let name = text[..<colon].lowercased()
      guard name.utf8.allSatisfy({ $0 == 0x2D || (0x61...0x7A).contains($0) }) else { return nil }
      guard name == "content-length" else { continue }
      let value = text[text.index(after: colon)...].trimmingCharacters(in: .whitespaces)
      guard !value.isEmpty, value.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
      // A number that fits in no integer is larger than anything that is accepted.
      length = Int(value) ?? Int.max
    }
    return length
  }

  /// Where the next head seems to begin.
  private static func head(in bytes: [UInt8], from start: Int) -> Int? {
    (start..<max(start, bytes.count - label.count + 1)).first { isHead(bytes, at: $0) }
  }

  /// Whether the label stands at a place, or, if that will do, as much of it as the bytes have room for.
  private static func isHead(_ bytes: [UInt8], at place: Int, orItsStart: Bool = false) -> Bool {
    let count = min(label.count, bytes.count - place)
    guard count == label.count || orItsStart else { return false }
    // Letters in either case; `-` and `:` have the bit set that tells small letters from capitals.
    return (0..<count).allSatisfy { bytes[place + $0] | 0x20 == label[$0] }
  }
}
