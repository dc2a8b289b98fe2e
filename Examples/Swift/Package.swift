// swift-tools-version: 6.2
import PackageDescription

// Needs the headers of SQLite and libuv (Debian: libsqlite3-dev, libuv1-dev); `dev/setup --tests` installs them, `dev/examples` builds and runs all of it.
let package = Package(
  name: "BelayExamples",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "Belay", path: "../..")],
  targets: [
    .systemLibrary(name: "CSQLite", providers: [.apt(["libsqlite3-dev"]), .brew(["sqlite"])]),
    .executableTarget(name: "UpdateHookUnmanaged", dependencies: ["CSQLite"]),
    .executableTarget(
      name: "UpdateHook", dependencies: ["CSQLite", .product(name: "Belay", package: "Belay")]),

    .systemLibrary(name: "CUV", providers: [.apt(["libuv1-dev"]), .brew(["libuv"])]),
    .executableTarget(name: "TickerUnmanaged", dependencies: ["CUV"]),
    .executableTarget(name: "Ticker", dependencies: ["CUV", .product(name: "Belay", package: "Belay")]),
  ],
  swiftLanguageModes: [.v6]
)
