import Foundation
import GoPrograms
import GuardMonitor
import Testing

/// Freed memory in maps that nobody has touched: found while a real program runs, and when it ends.
@Suite(.serialized)
struct AuditTests {
  private static let auditing: GuardOptions = {
    var options = GuardOptions()
    options.auditSeconds = 0.2
    return options
  }()

  private func holdings(_ reports: [GuardReport]) -> [GuardHolding] {
    reports.compactMap { if case .holding(let holding) = $0 { holding } else { nil } }
  }

  private func check(_ holdings: [GuardHolding]) throws {
    #expect(holdings.count == 2)
    let handles = try #require(holdings.first { $0.holder.path?.contains("handles") == true })
    #expect(handles.blocks == 7 && handles.holder.entries == 7 && handles.holder.count == 100)
    #expect(handles.holder.role == .keys)
    #expect(handles.oldest.size == 40)
    #expect(handles.oldest.freed?.frames.contains { $0.function == "main.release" } == true)
    #expect(handles.oldest.allocated.frames.contains { $0.function == "main.main" })
    #expect(handles.text.contains("7 freed blocks are still in a map, the first freed in `main.release"))
    // The variable is a pointer to a struct in the program's data.
    #expect(handles.holder.path?.hasPrefix("main.tables → main.table.handles → ") == true)
    // A number that is the address of a freed block counts as one.
    let numbers = try #require(holdings.first { $0.holder.path?.contains("numbers") == true })
    #expect(numbers.blocks == 1 && numbers.holder.role == .values && numbers.holder.key == "\"eight\"")
  }

  /// Go ends by a system call of its own, past the C library.
  @Test(.enabled(if: !GoToolchain.all.isEmpty, Comment(rawValue: GoToolchain.absence)), arguments: GoToolchain.all)
  func findsWhatIsLeftAtTheEnd(_ go: GoToolchain) throws {
    let program = URL(fileURLWithPath: try go.build("leftover"))
    var options = Self.auditing
    options.auditSeconds = 3600
    let (reports, end, _) = try GuardedPrograms.reported([], program: program, options: options)
    #expect(end == .exited(0))
    let found = holdings(reports)
    #expect(found.allSatisfy { $0.moment == .end })
    try check(found)
    let root = GuardedPrograms.root.appendingPathComponent("Tests/Programs/Go/leftover").resolvingSymlinksInPath().path
    let findings = reports.compactMap { $0.finding(root: root) }
    #expect(findings.count == 2)
    for finding in findings {
      #expect(finding.rule == "guard/freed-in-map" && GuardReport.rules.contains { $0.id == finding.rule })
      #expect(finding.place.file == "main.go" && finding.symbol.hasPrefix("main.release"))
      #expect(finding.steps.map(\.kind) == [.allocated, .freed])
      #expect(finding.message.contains("; held by main.tables → main.table."))
    }
  }

  @Test(.enabled(if: !GoToolchain.all.isEmpty, Comment(rawValue: GoToolchain.absence)))
  func findsItWhileTheProgramRuns() throws {
    let go = try #require(GoToolchain.all.first)
    let folder = try #require(GuardedPrograms.built)
    let library = folder.appendingPathComponent("libBelayGuard.so").path
    // The program waits until its standard input ends: it does when both reports have come, or after a time in which any look is over.
    let pipe = folder.appendingPathComponent(UUID().uuidString).path
    try #require(mkfifo(pipe, 0o600) == 0)
    let writer = open(pipe, O_RDWR | O_CLOEXEC)
    try #require(writer >= 0)
    let session = try GuardSession(
      ["/bin/sh", "-c", "exec timeout 120 \"$0\" wait < '\(pipe)' > /dev/null", try go.build("leftover")],
      library: library,
      options: Self.auditing)
    var found: [GuardHolding] = []
    var isOpen = true
    let end = try session.run { report in
      found += holdings([report])
      if found.count == 2, isOpen {
        close(writer)
        isOpen = false
      }
    }
    #expect(end == .exited(0))
    #expect(found.allSatisfy { $0.moment == .running })
    // Each is said once, whatever the number of looks.
    try check(found)
  }

  /// The program stands beside the tests.
  private static let staleMap = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent().appendingPathComponent("StaleMap")

  @Test func findsTheMapsOfASwiftProgram() throws {
    let (reports, end, output) = try GuardedPrograms.reported([], program: Self.staleMap, options: Self.auditing)
    #expect(end == .exited(0) && output == "40\n")
    let found = holdings(reports)
    #expect(found.count == 2)
    let names = try #require(found.first { $0.holder.type == "BucketMap<UnsafeMutableRawPointer, Int>" })
    #expect(names.blocks == 3 && names.holder.count == 40 && names.holder.role == .keys && names.oldest.size == 64)
    let blocks = try #require(found.first { $0.holder.type == "BucketMap<String, UnsafeMutableRawPointer>" })
    #expect(blocks.blocks == 3 && blocks.holder.count == 40 && blocks.holder.role == .values)
  }

  @Test func namesTheMapsOfASwiftProgramAtItsFault() throws {
    let (faults, end, _) = try GuardedPrograms.guarded(["use"], program: Self.staleMap)
    let fault = try #require(faults.first)
    #expect(fault.kind == .useAfterFree && fault.holders.count == 2)
    #expect(fault.holders.allSatisfy { $0.entries == 1 && $0.count == 40 })
    #expect(fault.text.contains("  held by BucketMap<UnsafeMutableRawPointer, Int> at 0x"))
    #expect(end == .killed(signal: SIGSEGV))
  }

  @Test(arguments: ["threads", "fork", "functions", "much", "signals"])
  func aSoundProgramEndsAsEver(_ name: String) throws {
    let (reports, end, output) = try GuardedPrograms.reported([name], options: Self.auditing)
    #expect(reports.isEmpty)
    #expect(end == .exited(0))
    #expect(output == (name == "fork" ? "parent's 0\n" : "fine\n"))
  }

  /// What a program starts and leaves behind ends as it would have, too.
  @Test func processesThatStayBehindEnd() throws {
    let folder = try #require(GuardedPrograms.built)
    let session = try GuardSession(
      ["/bin/sh", "-c", "(sleep 0.3; exit 3) & exit 5"],
      library: folder.appendingPathComponent("libBelayGuard.so").path, options: Self.auditing)
    var reports: [GuardReport] = []
    let start = ContinuousClock.now
    #expect(try session.run { reports.append($0) } == .exited(5))
    #expect(ContinuousClock.now - start >= .milliseconds(300))
    #expect(reports.isEmpty)
  }
}
