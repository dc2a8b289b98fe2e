#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Standard error, where traces go.
package enum StandardError {
  /// Writes a line, in one piece unless it is longer than a pipe takes at once, so that lines of several threads do not mix.
  package static func write(_ line: String) {
    var rest = Array((line + "\n").utf8)[...]
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { Self.write(STDERR_FILENO, $0) }
      // Nobody listens: there is no better place to say so.
      guard written > 0 else { return }
      rest = rest.dropFirst(written)
    }
  }

  private static func write(_ file: CInt, _ bytes: UnsafeRawBufferPointer) -> Int {
    while true {
      #if canImport(Darwin)
        let written = Darwin.write(file, bytes.baseAddress, bytes.count)
      #elseif canImport(Musl)
        let written = Musl.write(file, bytes.baseAddress, bytes.count)
      #else
        let written = Glibc.write(file, bytes.baseAddress, bytes.count)
      #endif
      if written >= 0 || errno != EINTR { return written }
    }
  }
}
