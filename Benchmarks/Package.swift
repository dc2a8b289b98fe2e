// swift-tools-version: 6.2
import PackageDescription

// What maintainers measure with, apart from the package that users build. `Sources/Findings`, those of the map and `Sources/belay-bench/Syntax` are
// links into it: the parser is compiled into the benchmark, as it is into GoFrontend, and nothing has to be public for that.
let package = Package(
  name: "BelayBenchmarks",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "bench", targets: ["bench"]),
    .executable(name: "handles", targets: ["handles"]),
    .executable(name: "boundary", targets: ["boundary"]),
  ],
  targets: [
    .target(name: "Findings"),
    .executableTarget(name: "belay-bench", dependencies: ["Findings"]),
    // The map beside `Dictionary`. `maps.sh` runs its peers in other languages with it.
    .target(name: "CBucketRow"),
    .target(name: "CLiveMaps"),
    .target(name: "CEpoch"),
    .target(name: "BelayMemory", dependencies: ["CEpoch", "Locks"]),
    .target(name: "BelayMap", dependencies: ["BelayMemory", "CBucketRow", "CLiveMaps", "Locks"]),
    .executableTarget(name: "bench", dependencies: ["BelayMap", "BelayMemory"]),
    // ConcurrentMap beside a dictionary behind a lock; `go/concurrent` has Go's `sync.Map`.
    .executableTarget(name: "concurrent-bench", dependencies: ["BelayMap"]),
    // Handles beside a dictionary behind a lock. `handles.sh` runs the peers in Go with it.
    .target(name: "CBelay"),
    .target(name: "Locks"),
    .target(name: "Executables"),
    .target(name: "StackTraces", dependencies: ["Executables", "Locks"]),
    .target(
      name: "BelayBoundary", dependencies: ["BelayMap", "BelayMemory", "CBelay", "CEpoch", "Locks", "StackTraces"],
      // For types that cannot outlive the arena they point into.
      swiftSettings: [.enableExperimentalFeature("Lifetimes")]),
    .executableTarget(name: "handles", dependencies: ["BelayBoundary"]),
    // Callbacks, arenas, registries and integrity checks beside what programs write by hand.
    .target(name: "CRoundTrip"),
    .target(name: "Integrity", dependencies: ["BelayMap", "BelayMemory", "Locks", "StackTraces"]),
    .executableTarget(
      name: "boundary", dependencies: ["BelayBoundary", "BelayMap", "BelayMemory", "CRoundTrip", "Integrity"]),
  ],
  swiftLanguageModes: [.v6]
)
