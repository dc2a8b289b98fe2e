// swift-tools-version: 6.1
import PackageDescription

// Needs SQLite's header (Debian: libsqlite3-dev).
let package = Package(
  name: "BelayExamples",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "Belay", path: "../..")],
  targets: [
    .systemLibrary(name: "CSQLite", providers: [.apt(["libsqlite3-dev"]), .brew(["sqlite"])]),
    .executableTarget(name: "UpdateHookUnmanaged", dependencies: ["CSQLite"]),
    .executableTarget(
      name: "UpdateHook", dependencies: ["CSQLite", .product(name: "Belay", package: "Belay")]),
  ],
  swiftLanguageModes: [.v6]
)
