import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The programs and shared libraries in this process at one time, and the functions in them.
public struct LoadedModules: Sendable {
  /// The modules, by the address of their code.
  public let modules: [LoadedModule]

  /// The modules of this process now; none where the system has no `/proc`.
  ///
  /// - Complexity: Linear in the number of mappings of the process.
  public static func current() -> LoadedModules { LoadedModules(mappingsIn: "/proc/self/maps") }

  /// The modules of another process now; none if it has ended, or belongs to somebody else.
  ///
  /// - Complexity: Linear in the number of mappings of the process.
  public static func of(process: Int32) -> LoadedModules { LoadedModules(mappingsIn: "/proc/\(process)/maps") }

  /// Reads a file in the form of `/proc/PID/maps` (proc(5)).
  private init(mappingsIn path: String) {
    let lines = Self.read(path).split(separator: 10)
    modules = lines.compactMap { LoadedModule(mapping: String(decoding: $0, as: UTF8.self)) }
      .sorted { $0.code.lowerBound < $1.code.lowerBound }
  }

  private static func read(_ path: String) -> [UInt8] {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return [] }
    defer { close(file) }
    var text: [UInt8] = []
    while true {
      let part = [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
        count = max(0, readBytes(file, buffer))
      }
      if part.isEmpty { return text }
      text += part
    }
  }

  private static func readBytes(_ file: CInt, _ buffer: UnsafeMutableBufferPointer<UInt8>) -> Int {
    #if canImport(Darwin)
      Darwin.read(file, buffer.baseAddress, buffer.count)
    #elseif canImport(Musl)
      Musl.read(file, buffer.baseAddress, buffer.count)
    #else
      Glibc.read(file, buffer.baseAddress, buffer.count)
    #endif
  }

  /// The module whose code holds an address.
  ///
  /// - Complexity: O(log n).
  public func module(at address: UInt) -> LoadedModule? {
    var low = 0
    var high = modules.count
    while low < high {
      let middle = (low + high) / 2
      if modules[middle].code.upperBound <= address { low = middle + 1 } else { high = middle }
    }
    return low < modules.count && modules[low].code.contains(address) ? modules[low] : nil
  }

  /// The function whose code holds an address, demangled, and how far into it the address is; nil where the module does not say.
  ///
  /// - Parameter address: An address within an instruction; for a return address, one less.
  /// - Complexity: O(log n); the first question about a module reads its symbol table.
  public func function(at address: UInt) -> (name: String, offset: UInt)? {
    guard let module = module(at: address) else { return nil }
    let symbols = Self.symbols(of: module)
    guard let symbol = symbols.symbol(atFileOffset: module.fileOffset(of: address)) else { return nil }
    return (Demangler.demangle(symbol.name), symbol.offset)
  }

  /// The address that a module's own tables have for an address of the process: what tools that read the file ask for.
  public func fileAddress(of address: UInt) -> (module: LoadedModule, address: UInt)? {
    guard let module = module(at: address),
      let own = Self.symbols(of: module).address(ofFileOffset: module.fileOffset(of: address))
    else { return nil }
    return (module, own)
  }

  private static func symbols(of module: LoadedModule) -> ModuleSymbols {
    symbols.withLock { known in
      if let present = known[module.path] { return present }
      let read = ModuleSymbols(path: module.path)
      known[module.path] = read
      return read
    }
  }

  private static let symbols = Mutex<[String: ModuleSymbols]>([:])

  /// One line about a return address.
  func describe(_ address: UInt) -> String {
    let hexadecimal = "0x" + String(address, radix: 16)
    guard let module = module(at: address &- 1) else { return hexadecimal }
    let file = module.path.split(separator: "/").last.map(String.init) ?? module.path
    guard let function = function(at: address &- 1) else {
      return "\(file)+0x\(String(module.fileOffset(of: address &- 1) + 1, radix: 16))"
    }
    return "\(function.name) + \(function.offset + 1) in \(file)"
  }
}
