import Glibc

/// What a program of the lab says while it runs, in lines on standard output that stay even if it crashes with the next step.
public struct Witness: Sendable {
  init() {}

  /// A figure: `fact NAME = VALUE`.
  func fact(_ name: String, _ value: some CustomStringConvertible) { say("fact \(name) = \(value)") }

  /// A map as it is now: `picture TITLE = <svg…>`, on one line.
  func picture(_ title: String, _ svg: String) {
    let line = String(svg.map { $0 == "\n" ? " " : $0 })
    say("picture \(title) = \(line)")
  }

  func say(_ line: String) {
    var bytes = Array((line + "\n").utf8)[...]
    while !bytes.isEmpty {
      // write(2) reads no more than the count it is given.
      let count = bytes.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
      if count > 0 { bytes = bytes.dropFirst(count) } else if errno != EINTR { return }
    }
  }
}
