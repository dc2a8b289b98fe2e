import Foundation

/// A program of the tests that runs, says what it holds, and obeys lines on its standard input.
public final class RunningProgram {
  /// A map as the program itself sees it.
  public struct HeldMap: Sendable {
    /// The name the program gives it.
    public let name: String
    /// Where its header stands; 0 for the nil map.
    public let address: UInt64
    /// How many entries it has.
    public let count: Int
    /// Its type as Go prints it.
    public let type: String
  }

  /// The number of the process.
  public var pid: Int32 { process.processIdentifier }
  /// The executable.
  public let path: String
  /// The lines it has written so far.
  public private(set) var lines: [String] = []
  private let process = Process()
  private let input = Pipe()
  private let output = Pipe()
  private var rest = Data()

  /// Starts a program and waits for its line READY.
  public init(_ path: String, arguments: [String] = [], environment: [String: String] = [:]) throws {
    self.path = path
    process.executableURL = URL(filePath: path)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    try wait(for: "READY")
  }

  /// Sends a line and waits for the answer OK. Returns the lines of the answer.
  @discardableResult
  public func tell(_ line: String) throws -> [String] {
    let before = lines.count
    try input.fileHandleForWriting.write(contentsOf: Data((line + "\n").utf8))
    try wait(for: "OK")
    return Array(lines[before...])
  }

  /// The maps it says it holds.
  public var maps: [HeldMap] {
    fields("MAP").compactMap { fields in
      guard fields.count >= 5, let count = Int(fields[3]) else { return nil }
      return HeldMap(name: fields[1], address: RunningProgram.address(fields[2]), count: count, type: fields[4])
    }
  }

  /// The fields of the lines that start with a word.
  public func fields(_ word: String) -> [[String]] {
    lines.map { $0.split(separator: " ").map(String.init) }.filter { $0.first == word }
  }

  /// An address as Go prints it.
  public static func address(_ text: String) -> UInt64 {
    text == "<nil>" || text == "%!p(<nil>)" ? 0 : UInt64(text.dropFirst(2), radix: 16) ?? 0
  }

  /// Ends the program.
  public func end() {
    if process.isRunning {
      process.terminate()
      process.waitUntilExit()
    }
  }

  deinit { end() }

  private struct EndedError: Error { let lines: [String] }

  private func wait(for word: String) throws {
    while true {
      while let end = rest.firstIndex(of: 10) {
        let line = String(decoding: rest[..<end], as: UTF8.self)
        rest = Data(rest[(end + 1)...])
        lines.append(line)
        if line == word { return }
      }
      let data = output.fileHandleForReading.availableData
      if data.isEmpty { throw EndedError(lines: lines) }
      rest += data
    }
  }
}
