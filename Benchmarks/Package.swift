// swift-tools-version: 6.1
import PackageDescription

// What maintainers measure with, apart from the package that users build. `Sources/Findings`, those of the map and `Sources/belay-bench/Syntax` are
// links into it: the parser is compiled into the benchmark, as it is into GoFrontend, and nothing has to be public for that.
let package = Package(
  name: "BelayBenchmarks",
  platforms: [.macOS(.v15)],
  products: [.executable(name: "bench", targets: ["bench"])],
  targets: [
    .target(name: "Findings"),
    .executableTarget(name: "belay-bench", dependencies: ["Findings"]),
    // The map beside `Dictionary`. `maps.sh` runs its peers in other languages with it.
    .target(name: "CBucketRow"),
    .target(name: "CEpoch"),
    .target(name: "BelayMemory", dependencies: ["CEpoch"]),
    .target(name: "BelayMap", dependencies: ["BelayMemory", "CBucketRow"]),
    .executableTarget(name: "bench", dependencies: ["BelayMap"]),
  ],
  swiftLanguageModes: [.v6]
)
