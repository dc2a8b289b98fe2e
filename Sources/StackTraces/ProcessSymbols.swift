#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The names that the modules of this process make known to one another.
public enum ProcessSymbols {
  /// Where a name leads to, looked up in the program and then in its libraries in the order they were loaded; nil if nowhere.
  public static func address(of name: String) -> UnsafeMutableRawPointer? { dlsym(process, name) }

  /// The handle that stands for the whole process. The loader never closes it, and any thread may use it.
  nonisolated(unsafe) private static let process = dlopen(nil, RTLD_LAZY)
}
