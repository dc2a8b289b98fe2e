// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "Belay",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "Belay", targets: ["Belay"]),
    // By itself, so that who imports Belay alone does not build swift-protobuf and swift-metrics.
    .library(name: "BelayObserve", targets: ["BelayObserve"]),
    .executable(name: "belay", targets: ["belay"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
    .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
    .package(url: "https://github.com/swiftlang/swift-syntax", from: "603.0.0"),
  ],
  targets: [
    // A lock that the thread sanitizer knows. No dependency.
    .target(name: "Locks"),

    // What the kernel says of a process's mappings, and the tables of an ELF file. No dependency.
    .target(name: "Executables"),

    // Which calls a thread is in, and what they are called.
    .target(name: "StackTraces", dependencies: ["Executables", "Locks"]),

    // Where buckets come from and go back to. CEpoch holds what threads announce: storage of their own, and a barrier.
    .target(name: "CEpoch"),
    .target(name: "BelayMemory", dependencies: ["CEpoch", "Locks"]),

    // The map: growth, iteration, layout. CBucketRow holds the instructions that Swift has no name for, CLiveMaps the table that debuggers read.
    .target(name: "CBucketRow"),
    .target(name: "CLiveMaps"),
    .target(name: "BelayMap", dependencies: ["BelayMemory", "CBucketRow", "CLiveMaps", "Locks"]),

    // What one sees of the libraries at work: heap profiles, metrics, traces, checks. PprofFormat is pprof's protobuf form.
    .target(
      name: "PprofFormat", dependencies: [.product(name: "SwiftProtobuf", package: "swift-protobuf")],
      exclude: ["profile.proto"]),
    .target(
      name: "BelayObserve",
      dependencies: [
        "BelayMap", "BelayMemory", "Executables", "Locks", "PprofFormat", "StackTraces",
        .product(name: "Logging", package: "swift-log"),
        .product(name: "Metrics", package: "swift-metrics"),
      ]),

    // What crosses into C: handles, foreign resources, bound keys, exported entries. CBelay holds the header for C, and what a thread keeps.
    .target(name: "CBelay"),
    .target(
      name: "BelayBoundary",
      dependencies: ["BelayMap", "BelayMemory", "CBelay", "CEpoch", "Locks", "StackTraces"],
      // For types that cannot outlive the arena they point into.
      swiftSettings: [.enableExperimentalFeature("Lifetimes")]),

    // The one import for programs that use the libraries.
    .target(name: "Belay", dependencies: ["BelayBoundary", "BelayMap", "BelayMemory"]),

    // A finding and the ways to report it. No dependency on any frontend.
    .target(
      name: "Findings",
      resources: [.embedInCode("HTML/Resources/report.css"), .embedInCode("HTML/Resources/report.js")]),

    // The analysis core: intermediate form, solver, summaries, rules. Knows no source language.
    .target(
      name: "Flow", dependencies: ["Findings"],
      resources: [.embedInCode("Rules/Pages")]),

    // Source languages to Flow.
    .target(name: "CLibClang"),
    .target(name: "CFrontend", dependencies: ["CLibClang", "Flow"]),
    .target(name: "GoFrontend", dependencies: ["CFrontend", "Flow"]),
    .target(
      name: "SwiftFrontend",
      dependencies: [
        "CFrontend", "Flow",
        .product(name: "SwiftParser", package: "swift-syntax"),
        .product(name: "SwiftSyntax", package: "swift-syntax"),
      ]),

    // From paths to a report: configuration, cache, suppression, baseline, the frontends run in parallel.
    .target(
      name: "Checker",
      dependencies: [
        "CFrontend", "Findings", "Flow", "GoFrontend", "SwiftFrontend",
        .product(name: "Logging", package: "swift-log"),
        .product(name: "Yams", package: "Yams"),
      ],
      resources: [.embedInCode("Models/libraries.yml")]
    ),

    // The checker in an editor.
    .target(name: "LanguageServer", dependencies: ["Checker", "Findings", "Flow"]),

    // One view over a live process and a core dump. CProcess holds the system calls that Swift cannot import.
    .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
    .target(name: "CProcess"),
    .target(name: "ProcessImage", dependencies: ["CProcess", "CZlib", "Executables"]),

    // The Go runtime's objects in a process image; what is told of them.
    .target(name: "GoRuntime", dependencies: ["Executables", "ProcessImage"]),
    .target(
      name: "Diagnosis", dependencies: ["Executables", "GoRuntime", "PprofFormat", "ProcessImage"],
      resources: [.embedInCode("Pictures/Resources/page.css")]),

    // A program under the allocator guard. CGuard is what the guard (Sources/BelayGuard, see dev/guard-library) and its monitor have in common.
    .target(name: "CGuard"),
    .target(
      name: "GuardMonitor",
      dependencies: ["CGuard", "Diagnosis", "Executables", "Findings", "ProcessImage", "StackTraces"]),

    // The lab: LabFaults are programs with faults and defences, on CLab, a small C library; Lab runs them and says what happened.
    .target(name: "CLab"),
    .target(name: "LabFaults", dependencies: ["Belay", "CLab"]),
    .target(
      name: "Lab", dependencies: ["Diagnosis", "GuardMonitor", "LabFaults", .product(name: "Yams", package: "Yams")]),

    // The command line: one file a subcommand.
    .executableTarget(
      name: "belay",
      dependencies: [
        "Checker", "Diagnosis", "GoFrontend", "GoRuntime", "GuardMonitor", "Lab", "LabFaults", "LanguageServer",
        "ProcessImage",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ]
    ),

    // What tests of several targets share.
    .target(name: "TestSupport", path: "Tests/TestSupport"),
    .testTarget(name: "ExecutablesTests", dependencies: ["Executables", "TestSupport"]),
    .testTarget(name: "StackTracesTests", dependencies: ["StackTraces", "TestSupport"]),
    // A program that the tests run under the guard.
    .executableTarget(name: "StaleMap", dependencies: ["BelayMap"], path: "Tests/Programs/Swift/StaleMap"),
    .testTarget(name: "GuardMonitorTests", dependencies: ["Findings", "GoPrograms", "GuardMonitor", "StaleMap"]),
    // What belay lab runs its programs by, for the tests of the lab.
    .executableTarget(name: "LabProgram", dependencies: ["LabFaults"], path: "Tests/Programs/Swift/LabProgram"),
    .testTarget(
      name: "LabTests", dependencies: ["Lab", "LabFaults", "LabProgram", "TestSupport"], exclude: ["Golden"]),
    .testTarget(name: "BelayTests", dependencies: ["Belay"]),
    .testTarget(name: "BelayMemoryTests", dependencies: ["BelayMemory", "Locks", "TestSupport"]),
    .testTarget(
      name: "BelayObserveTests",
      dependencies: [
        "BelayMap", "BelayMemory", "BelayObserve", "PprofFormat", "StackTraces",
        .product(name: "Logging", package: "swift-log"),
        .product(name: "Metrics", package: "swift-metrics"),
      ]),
    .testTarget(
      name: "BelayMapTests",
      dependencies: ["Belay", "BelayMap", "BelayMemory", "CBucketRow", "CLiveMaps", "Locks", "TestSupport"]),
    .testTarget(
      name: "BelayBoundaryTests",
      dependencies: ["Belay", "BelayBoundary", "BelayMap", "BelayMemory", "CBelay", "TestSupport"],
      exclude: ["Programs"]),
    .testTarget(name: "FindingsTests", dependencies: ["Findings", "TestSupport"], exclude: ["Golden"]),
    .testTarget(name: "FlowTests", dependencies: ["Flow", "TestSupport"]),
    .testTarget(name: "CFrontendTests", dependencies: ["CFrontend", "TestSupport"]),
    .testTarget(name: "GoFrontendTests", dependencies: ["GoFrontend", "TestSupport"]),
    .testTarget(name: "SwiftFrontendTests", dependencies: ["SwiftFrontend", "TestSupport"]),
    .testTarget(
      name: "CheckerTests", dependencies: ["Checker", "TestSupport"], exclude: ["Fixes", "Rules", "SwiftRules"]),
    .testTarget(
      name: "LanguageServerTests", dependencies: ["Checker", "Findings", "LanguageServer", "TestSupport", "belay"],
      exclude: ["Support/neovim.lua"]),
    // GoPrograms builds and runs the Go programs in Tests/Programs.
    .target(name: "GoPrograms", path: "Tests/GoPrograms"),
    .testTarget(name: "ProcessImageTests", dependencies: ["GoPrograms", "ProcessImage", "TestSupport"]),
    .testTarget(name: "GoRuntimeTests", dependencies: ["GoPrograms", "GoRuntime", "ProcessImage", "TestSupport"]),
    .testTarget(
      name: "DiagnosisTests",
      dependencies: [
        "BelayMap", "Diagnosis", "GoPrograms", "GoRuntime", "PprofFormat", "ProcessImage", "TestSupport",
      ],
      exclude: ["Golden"]),
  ],
  swiftLanguageModes: [.v6]
)
