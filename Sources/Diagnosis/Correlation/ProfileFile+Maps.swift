import Foundation
import ProcessImage

/// JSON: a report of `belay inspect`, or a line of `belay watch` for each look.
extension ProfileFile {
  static func maps(_ bytes: UnsafeRawBufferPointer, path: String) throws(ImageFailure) -> [ProfileFile] {
    if let report = try? JSONDecoder().decode(InspectionReport.self, from: Data(bytes)) {
      return [ProfileFile(report, path: path)]
    }
    var result: [ProfileFile] = []
    for (index, line) in bytes.split(separator: 10).enumerated() {
      guard let sample = try? JSONDecoder().decode(WatchSample.self, from: Data(line)) else {
        throw ImageFailure(
          "cannot read \(path)", "line \(index + 1) is no line of 'belay watch --json'",
          "give what 'belay inspect --json' or 'belay watch --json' wrote")
      }
      result.append(ProfileFile(sample.report, path: "\(path):\(index + 1)"))
    }
    return result
  }

  init(_ report: InspectionReport, path: String) {
    self.init(path: path, form: .maps)
    time = report.time
    cycle = report.collections
    if let cycle, cycle > 0, let end = report.lastCollection { cycleEnds[cycle] = end }
    for summary in report.summaries where summary.state != "garbage" {
      let use = Use(bytes: Double(summary.bytes), objects: Double(summary.entries))
      mapTypes[summary.type, default: Use()].bytes += use.bytes
      mapTypes[summary.type, default: Use()].objects += use.objects
      total.bytes += use.bytes
      total.objects += use.objects
    }
  }
}
