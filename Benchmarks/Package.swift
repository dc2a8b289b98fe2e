// swift-tools-version: 6.1
import PackageDescription

// What maintainers measure with, apart from the package that users build. `Sources/Findings` and `Sources/belay-bench/Syntax` are
// links into it: the parser is compiled into the benchmark, as it is into GoFrontend, and nothing has to be public for that.
let package = Package(
  name: "BelayBenchmarks",
  platforms: [.macOS(.v14)],
  targets: [
    .target(name: "Findings"),
    .executableTarget(name: "belay-bench", dependencies: ["Findings"]),
  ],
  swiftLanguageModes: [.v6]
)
