import Executables
import Locks

/// The programs and shared libraries in a process at one time, and the functions in them.
public struct LoadedModules: Sendable {
  /// The code that comes from files, by its address.
  public let modules: [Mapping]

  /// The modules of this process now; none where the system has no `/proc`.
  ///
  /// - Complexity: Linear in the number of mappings of the process.
  public static func current() -> LoadedModules { LoadedModules(SystemFile.text("/proc/self/maps").map(Mapping.parse)) }

  /// The modules of another process now; none if it has ended, or belongs to somebody else.
  ///
  /// - Complexity: Linear in the number of mappings of the process.
  public static func of(process: Int32) -> LoadedModules { LoadedModules(Mapping.all(ofProcess: process)) }

  private init(_ mappings: [Mapping]?) { modules = (mappings ?? []).filter { $0.isExecutable && $0.isFile } }

  /// The module whose code holds an address.
  ///
  /// - Complexity: O(log n).
  public func module(at address: UInt64) -> Mapping? { modules.mapping(at: address) }

  /// The function whose code holds an address, demangled, and how far into it the address is; nil where the module does not say.
  ///
  /// - Parameter address: An address within an instruction; for a return address, one less.
  /// - Complexity: O(log n); the first question about a module reads its symbol table.
  public func function(at address: UInt64) -> (name: String, offset: UInt64)? {
    guard let module = module(at: address) else { return nil }
    guard let symbol = Self.symbols(of: module).symbol(atFileOffset: module.fileOffset(of: address)) else { return nil }
    return (Demangler.demangle(symbol.name), symbol.offset)
  }

  /// The address that a module's own tables have for an address of the process: what tools that read the file ask for.
  public func fileAddress(of address: UInt64) -> (module: Mapping, address: UInt64)? {
    guard let module = module(at: address),
      let own = Self.symbols(of: module).address(ofFileOffset: module.fileOffset(of: address))
    else { return nil }
    return (module, own)
  }

  private static func symbols(of module: Mapping) -> ModuleSymbols {
    lock.locked {
      if let present = known[module.path] { return present }
      let read = ModuleSymbols(path: module.path)
      known[module.path] = read
      return read
    }
  }

  private static let lock = Mutex()
  /// The tables that were read, by the path of their file.
  // Unsafe: only touched under `lock`.
  nonisolated(unsafe) private static var known: [String: ModuleSymbols] = [:]

  /// One line about a return address.
  func describe(_ address: UInt64) -> String {
    let hexadecimal = "0x" + String(address, radix: 16)
    guard let module = module(at: address &- 1) else { return hexadecimal }
    let file = module.path.split(separator: "/").last.map(String.init) ?? module.path
    guard let function = function(at: address &- 1) else {
      return "\(file)+0x\(String(module.fileOffset(of: address &- 1) + 1, radix: 16))"
    }
    return "\(function.name) + \(function.offset + 1) in \(file)"
  }
}
