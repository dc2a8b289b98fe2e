import Executables
import Foundation
import StackTraces

/// Source lines of addresses, from the debug information of files, as llvm-symbolizer reads it.
enum SourceLines {
  struct Line: Equatable {
    let function: String?
    let file: String?
    let line: Int?
  }

  /// The lines of each address, the innermost inlined call first; none where nothing is known, or llvm-symbolizer is not installed.
  static func of(_ addresses: [(module: Mapping, address: UInt64)?]) -> [[Line]] {
    var result = [[Line]](repeating: [], count: addresses.count)
    let known = addresses.enumerated().compactMap { index, place in place.map { (index, $0.module.path, $0.address) } }
      // The tool reads a line of text for each address.
      .filter { !$0.1.contains("\n") && !$0.1.contains("\"") }
    guard !known.isEmpty else { return result }
    let questions = known.map { "CODE \"\($0.1)\" 0x\(String($0.2, radix: 16))\n" }.joined()
    guard let answers = ask(questions), answers.count == known.count else { return result }
    for (answer, place) in zip(answers, known) { result[place.0] = answer }
    return result
  }

  /// A line of the tool's JSON.
  private struct Answer: Decodable {
    struct Symbol: Decodable {
      let function: String
      let file: String
      let line: Int

      enum CodingKeys: String, CodingKey {
        case function = "FunctionName"
        case file = "FileName"
        case line = "Line"
      }
    }

    let symbols: [Symbol]?

    enum CodingKeys: String, CodingKey { case symbols = "Symbol" }
  }

  private static func ask(_ questions: String) -> [[Line]]? {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["llvm-symbolizer", "--output-style=JSON"]
    let input = Pipe()
    let output = Pipe()
    process.standardInput = input
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return nil }
    // A few dozen lines: less than a pipe holds, so that nothing waits for anything.
    try? input.fileHandleForWriting.write(contentsOf: Data(questions.utf8))
    try? input.fileHandleForWriting.close()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { return nil }
    return data.split(separator: 10).map { line in
      let answer = try? JSONDecoder().decode(Answer.self, from: Data(line))
      return (answer?.symbols ?? []).compactMap { symbol in
        let file = symbol.file.isEmpty ? nil : symbol.file
        let function = symbol.function.isEmpty ? nil : symbol.function
        if file == nil && function == nil { return nil }
        return Line(function: function, file: file, line: symbol.line == 0 ? nil : symbol.line)
      }
    }
  }
}
