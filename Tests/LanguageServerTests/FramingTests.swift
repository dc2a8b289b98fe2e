import Foundation
import TestSupport
import Testing

@testable import LanguageServer

@Suite struct FramingTests {
  private func frame(_ body: String) -> [UInt8] { Array("Content-Length: \(body.utf8.count)\r\n\r\n\(body)".utf8) }

  /// All pieces of a stream that arrives in parts; what does not parse is given back, as the server does.
  private func pieces(_ parts: [[UInt8]], maximumLength: Int = 1000) -> [String] {
    var framer = MessageFramer(maximumLength: maximumLength, maximumHeadLength: 200)
    var result: [String] = []
    for part in parts {
      framer.append(part)
      while let piece = framer.next() {
        switch piece {
        case .damage: result.append("damage")
        case .message(let body):
          if IncomingMessage(body).isJSON {
            result.append(String(decoding: body, as: UTF8.self))
          } else {
            result.append("damage")
            framer.recover(from: body)
          }
        }
      }
    }
    return result
  }

  @Test func wholeAndByteByByte() {
    let stream = frame(#"{"a":1}"#) + frame(#"{"b":"ü"}"#)
    let wanted = [#"{"a":1}"#, #"{"b":"ü"}"#]
    #expect(pieces([stream]) == wanted)
    #expect(pieces(stream.map { [$0] }) == wanted)
  }

  @Test func headsAreReadAsTheyComeInPractice() {
    let body = #"{"a":1}"#
    for head in [
      "content-length: 7\r\n\r\n", "Content-Length:7\r\n\r\n", "Content-Length: 7\n\n",
      "Content-Type: application/vscode-jsonrpc; charset=utf-8\r\nContent-Length: 7\r\n\r\n",
      "Content-Length: 99\r\nContent-Length: 7\r\n\r\n",
    ] {
      #expect(pieces([Array((head + body).utf8)]) == [body], "\(head)")
    }
  }

  @Test(arguments: [
    "Content-Length: -1\r\n\r\n", "Content-Length: x\r\n\r\n", "Content-Length: 7x\r\n\r\n", "Content-Length:\r\n\r\n",
    "\r\n\r\n", "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "Content-Length: 1001\r\n\r\n",
    "Content-Length: 99999999999999999999999999\r\n\r\n", "Content-Length: 9223372036854775807\r\n\r\n",
    "Content-Length: 3\r\n\r\nabc", "Content-Length: 0\r\n\r\n", "\u{0}\u{1}\u{2}\r\n\r\n",
    "Content-Length: 2\r\n\r\n{}{}{}",
  ])
  func whatFollowsDamageArrives(_ damage: String) {
    let stream = Array(damage.utf8) + frame(#"{"a":1}"#) + frame(#"{"b":2}"#)
    for parts in [[stream], stream.map { [$0] }] {
      let found = pieces(parts)
      #expect(found.contains("damage") || damage.contains("{}"), "\(damage): \(found)")
      #expect(found.suffix(2) == [#"{"a":1}"#, #"{"b":2}"#], "\(damage): \(found)")
    }
  }

  @Test func aTruncatedBodyDoesNotSwallowTheNextMessage() {
    let cut = frame(#"{"text":"cut off here"}"#).dropLast(10)
    let stream = cut + frame(#"{"a":1}"#) + frame(#"{"b":2}"#)
    #expect(pieces([Array(stream)]) == ["damage", #"{"a":1}"#, #"{"b":2}"#])
  }

  @Test func anEndlessHeadIsNotKept() {
    var framer = MessageFramer(maximumLength: 1000, maximumHeadLength: 200)
    framer.append(Array(repeating: UInt8(ascii: "x"), count: 100_000))
    var damages = 0
    while let piece = framer.next() {
      if case .damage = piece { damages += 1 }
    }
    #expect(damages == 1 && !framer.hasRest)
    framer.append(frame("{}"))
    #expect(framer.next() == .message(Data("{}".utf8)))
  }

  /// Damage of any kind between good messages: all of these that stand behind a clean end arrive, whatever the cuts.
  @Test func randomStreams() {
    var random = SeededRandom()
    let seed = random.seed
    for round in 0..<200 {
      var stream: [UInt8] = []
      var wanted: [String] = []
      for number in 0..<Int.random(in: 1...8, using: &random) {
        if Bool.random(using: &random) {
          // Garbage that is no head, and long enough to be noticed where it ends in a blank line.
          stream += (0..<Int.random(in: 1...40, using: &random)).map { _ in UInt8.random(in: 128...255, using: &random)
          }
          stream += Array("\r\n\r\n".utf8)
        }
        let body = #"{"n":\#(number),"t":"\#(String(repeating: "ü😀", count: Int.random(in: 0...9, using: &random)))"}"#
        stream += frame(body)
        wanted.append(body)
      }
      var parts: [[UInt8]] = []
      var rest = stream[...]
      while !rest.isEmpty {
        let count = Int.random(in: 1...min(rest.count, 50), using: &random)
        parts.append(Array(rest.prefix(count)))
        rest = rest.dropFirst(count)
      }
      let found = pieces(parts).filter { $0 != "damage" }
      #expect(found == wanted, "seed \(seed), round \(round)")
    }
  }
}
