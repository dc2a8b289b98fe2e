import LabFaults
import Testing

@testable import Lab

/// What is made of what a process left behind.
struct OutcomeTests {
  static let cases: [(evidence: Evidence, kind: Outcome.Kind, text: String)] = [
    (Evidence(end: .exited(0), output: "outcome: nothing: all is well\n", errors: ""), .nothing, "all is well"),
    (
      Evidence(end: .exited(0), output: "fact a = 1\noutcome: wrong-object: bob: not alice\n", errors: "a warning"),
      .wrongObject, "bob: not alice"
    ),
    (
      Evidence(end: .exited(0), output: "outcome: caught: HandleError: it is gone\n", errors: ""), .caught,
      "by the variant: HandleError: it is gone"
    ),
    (
      Evidence(end: .killed(signal: 11), output: "fact a = 1\n", errors: "fault: signal 11 at 0x7f00\n"), .crashed,
      "SIGSEGV at 0x7f00"
    ),
    (Evidence(end: .killed(signal: 10), output: "", errors: ""), .crashed, "signal 10"),
    (
      Evidence(
        end: .killed(signal: 4), output: "",
        errors: "BelayMap/MisusePolicy.swift:25: Fatal error: Belay: concurrent map writes: a map\nStack trace:\n"),
      .caught, "by Belay: concurrent map writes: a map"
    ),
    (
      Evidence(end: .killed(signal: 4), output: "", errors: "a.swift:1: Fatal error: Unexpectedly found nil\n"),
      .caught, "by the Swift runtime: Unexpectedly found nil"
    ),
    (
      Evidence(end: .killed(signal: 6), output: "", errors: "free(): double free detected in tcache 2\n"), .caught,
      "by the C library: free(): double free detected in tcache 2"
    ),
    (
      Evidence(
        end: .killed(signal: 11), output: "", errors: "fault: signal 11 at 0x7f00\n",
        guardReports: ["use after free: a read", "another"]), .caught, "by belay guard: use after free: a read"
    ),
    (
      Evidence(end: .exited(2), output: "", errors: "fatal error: concurrent map writes\n\ngoroutine 7 [running]:\n"),
      .caught, "by the Go runtime: concurrent map writes"
    ),
    (
      Evidence(end: .exited(2), output: "", errors: "panic: assignment to entry in nil map\n\ngoroutine 1\n"), .caught,
      "by a Go panic: assignment to entry in nil map"
    ),
    (
      Evidence(
        end: .exited(2), output: "",
        errors: """
          unexpected fault address 0x7f1234000
          fatal error: fault
          [signal SIGSEGV: segmentation violation code=0x1 addr=0x7f1234000 pc=0x45]
          """), .crashed, "SIGSEGV at 0x7f1234000: Go's \"unexpected fault address\""
    ),
    (
      Evidence(
        end: .exited(2), output: "",
        errors: """
          panic: runtime error: invalid memory address or nil pointer dereference
          [signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x45]
          """), .crashed, "SIGSEGV at 0x0: runtime error: invalid memory address or nil pointer dereference"
    ),
    (
      Evidence(
        end: .exited(66), output: "outcome: nothing: all is well\n",
        errors: """
          ==================
          WARNING: DATA RACE
          Write at 0x00c0000b0 by goroutine 8:
            runtime.mapassign_fast64()
                map.go:1
            main.main.func1()

          Previous read at 0x00c0000b0 by goroutine 7:
            runtime.mapaccess1_fast64()
          """), .caught,
      "by the race detector: write in runtime.mapassign_fast64(), previous read in runtime.mapaccess1_fast64()"
    ),
    (
      Evidence(
        end: .exited(1), output: "",
        errors: "==12==ERROR: AddressSanitizer: heap-use-after-free on address 0x602 at pc 0x45 bp 0x1 sp 0x2\n"),
      .caught,
      "by AddressSanitizer: heap-use-after-free"
    ),
    (
      Evidence(
        end: .exited(2), output: "",
        errors: "fatal error: checkptr: pointer arithmetic result points to invalid allocation\n"),
      .caught, "by checkptr: pointer arithmetic result points to invalid allocation"
    ),
    (
      Evidence(
        end: .exited(2), output: "",
        errors:
          "runtime: pointer 0xc000 to unallocated span\nfatal error: found bad pointer in Go heap (incorrect use of unsafe or cgo?)\n"
      ), .caught, "by invalidptr: fatal error: found bad pointer in Go heap (incorrect use of unsafe or cgo?)"
    ),
    (Evidence(end: .hung(seconds: 20), output: "", errors: ""), .hung, "killed after 20 s"),
    (Evidence(end: .notStarted("no such file"), output: "", errors: ""), .failed, "no such file"),
    (
      Evidence(end: .exited(3), output: "starting\n", errors: ""), .failed, "no outcome, exit status 3: starting"
    ),
    (Evidence(end: .exited(0), output: "", errors: ""), .failed, "no outcome, exit status 0: it said nothing"),
  ]

  @Test(arguments: cases.indices)
  func classifies(_ index: Int) {
    let (evidence, kind, text) = Self.cases[index]
    let outcome = Outcome(of: evidence, variant: "the variant")
    #expect(outcome.kind == kind)
    #expect(outcome.text == text)
  }

  @Test(arguments: Ending.Kind.allCases)
  func everyEndingIsAnOutcome(_ kind: Ending.Kind) {
    let ending = Ending(kind, "detail: with a colon")
    #expect(Ending(line: ending.line) == ending)
    #expect(Outcome(ending, by: nil).kind.rawValue == kind.rawValue)
  }

  @Test(arguments: ["outcome", "outcome:", "outcome: nonsense: detail", "fact outcome = 1", ""])
  func otherLinesAreNoEndings(_ line: String) { #expect(Ending(line: line) == nil) }

  @Test func readsFactsAndPictures() {
    let evidence = Evidence(
      end: .exited(0),
      output: """
        fact entries = 7
        fact address = 0x7f = 12
        picture the map = <svg><title>a = b</title></svg>
        picture half = <svg>
        a remark
        outcome: nothing: done
        """, errors: "")
    #expect(evidence.facts.map { "\($0.name): \($0.value)" } == ["entries: 7", "address: 0x7f = 12"])
    #expect(evidence.pictures.map(\.title) == ["the map"])
    #expect(evidence.pictures.map(\.svg) == ["<svg><title>a = b</title></svg>"])
    #expect(evidence.remarks == ["a remark"])
  }
}
