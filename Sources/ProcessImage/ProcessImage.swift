import CProcess
import Executables
import Foundation

/// One view over a running process and a core dump: its memory, its mappings, its program.
///
/// An image is used by one thread at a time; only ``read(_:into:)`` may be called from several.
public final class ProcessImage: @unchecked Sendable {
  /// The program that the process runs.
  public let executable: ElfFile
  /// Where the program's file stands.
  public let executablePath: String
  /// What is added to an address in the file to have it in memory.
  public let loadBias: UInt64
  /// The number of the process.
  public let pid: Int32
  /// Whether the process runs, so that what was read may already be another.
  public let isLive: Bool
  /// What is missing in the image, and which answers suffer from it.
  public private(set) var limitations: [String] = []
  private let source: any MemorySource

  /// The view of a running process.
  public init(pid: Int32) throws(ImageFailure) {
    let process = try LiveProcess(pid: pid)
    source = process
    self.pid = pid
    isLive = true
    executablePath =
      (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/exe")) ?? "/proc/\(pid)/exe"
    // The link leads to the file even if its name is gone.
    executable = try ElfFile(ByteBlock(file: "/proc/\(pid)/exe"), name: executablePath)
    loadBias = ProcessImage.bias(executable, process.auxiliaryVector)
  }

  /// The view of a core dump.
  /// - Parameter executable: the program's file; without it the one that the core names is taken.
  public init(core path: String, executable: String? = nil) throws(ImageFailure) {
    let core = try CoreFile(path: path)
    source = core
    pid = core.pid
    isLive = false
    let named = core.auxiliaryVector[AuxiliaryVector.entry].flatMap { core.mappings.mapping(at: $0)?.path }
    guard let program = executable ?? named, !program.isEmpty else {
      throw ImageFailure("cannot read \(path)", "it does not say which program it is of", "give the program with --exe")
    }
    executablePath = program
    guard FileManager.default.fileExists(atPath: program) else {
      throw ImageFailure(
        "cannot find the program of \(path)", "there is no file \(program)", "give the program with --exe")
    }
    self.executable = try ElfFile(path: program)
    loadBias = ProcessImage.bias(self.executable, core.auxiliaryVector)
    if let expected = ProcessImage.buildID(core), let actual = self.executable.buildID, expected != actual {
      func hex(_ id: [UInt8]) -> String {
        id.prefix(20).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
      }
      throw ImageFailure(
        "cannot use \(program) for \(path)",
        "the core dump is of build \(hex(expected)), the file is build \(hex(actual))",
        "give the program of that build with --exe")
    }
    core.fill(from: self.executable, bias: loadBias)
    if core.truncatedBytes > 0 {
      limitations.append(
        "the core dump is cut off: \(core.truncatedBytes) bytes of memory are not in it; maps, paths and counts may be missing"
      )
    }
    if core.threads.isEmpty {
      limitations.append("the core dump has no registers: the stacks of running goroutines are read wholly")
    }
  }

  private static func bias(_ file: ElfFile, _ vector: [UInt64: UInt64]) -> UInt64 {
    guard let entry = vector[AuxiliaryVector.entry], file.kind == .sharedObject else { return 0 }
    return entry &- file.entry
  }

  /// The build id that stands in the memory of a core dump, found through the program headers there.
  private static func buildID(_ core: CoreFile) -> [UInt8]? {
    guard let headers = core.auxiliaryVector[AuxiliaryVector.programHeaders],
      let count = core.auxiliaryVector[AuxiliaryVector.programHeaderCount], count < 256
    else { return nil }
    var raw = [UInt8](repeating: 0, count: Int(count) * 56)
    let got = raw.withUnsafeMutableBytes { core.read(headers, into: $0) }
    guard got == raw.count else { return nil }
    return raw.withUnsafeBytes { bytes -> [UInt8]? in
      func field(_ index: Int, _ offset: Int) -> UInt64 {
        bytes.loadUnaligned(fromByteOffset: index * 56 + offset, as: UInt64.self)
      }
      func type(_ index: Int) -> UInt32 { bytes.loadUnaligned(fromByteOffset: index * 56, as: UInt32.self) }
      guard let own = (0..<Int(count)).first(where: { type($0) == 6 }) else { return nil }
      let bias = headers &- field(own, 16)
      var found: [ElfNote] = []
      var ids: [[UInt8]] = []
      for index in 0..<Int(count) where type(index) == 4 && field(index, 32) < 1 << 16 {
        var notes = [UInt8](repeating: 0, count: Int(field(index, 32)))
        let size = notes.withUnsafeMutableBytes { core.read(bias &+ field(index, 16), into: $0) }
        guard size == notes.count else { continue }
        notes.withUnsafeBytes { content in
          found = ElfNote.parse(content)
          if let gnu = found.first(where: { $0.owner == "GNU" && $0.type == 3 }) {
            ids.insert(Array(gnu.content), at: 0)
          }
          if let own = found.first(where: { $0.owner == "Go" && $0.type == 4 }) { ids.append(Array(own.content)) }
        }
      }
      return ids.first
    }
  }

  /// The mappings, in order.
  public var mappings: [Mapping] { source.mappings }

  /// The threads and where they stand, as far as that can be known without stopping them.
  public var threads: [ThreadState] { source.threads }

  /// The mapping that holds an address.
  public func mapping(at address: UInt64) -> Mapping? { source.mappings.mapping(at: address) }

  /// What tells this run of the program from others, also from a later one with the same number.
  public var identity: String { (source as? LiveProcess)?.identity ?? executablePath }

  /// Fails if the process has ended or has become another program since the image was made. Reads the mappings again.
  public func refresh() throws(ImageFailure) {
    guard let process = source as? LiveProcess else { return }
    try process.checkIdentity()
    process.refreshMappings()
  }

  /// Copies memory, and returns how many bytes from the start could be read.
  public func read(_ address: UInt64, into target: UnsafeMutableRawBufferPointer) -> Int {
    source.read(address, into: target)
  }

  /// Copies several pieces in few system calls. Returns the indices of those that could not be read wholly.
  public func read(_ pieces: [(address: UInt64, target: UnsafeMutableRawBufferPointer)]) -> [Int] {
    source.read(
      pieces.map {
        belay_copy(address: $0.address, destination: $0.target.baseAddress, length: UInt64($0.target.count))
      })
  }

  /// The bytes themselves, if they stand in one piece of a core dump; nil for a running process.
  public func bytes(at address: UInt64, count: Int) -> UnsafeRawBufferPointer? {
    source.bytes(at: address, count: count)
  }

  /// A copy of memory; nil if not all of it can be read.
  public func bytes(_ address: UInt64, _ count: Int) -> [UInt8]? {
    // A count from damaged memory must not take memory for what is not there: a long run is tried at its end first.
    guard count >= 0, count < 1 << 40 else { return nil }
    if count > 1 << 20 {
      guard value(address &+ UInt64(count - 1), as: UInt8.self) != nil else { return nil }
    }
    var complete = true
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { target, initialized in
      let got = source.read(address, into: UnsafeMutableRawBufferPointer(target))
      initialized = got
      complete = got == count
    }
    return complete ? bytes : nil
  }

  /// A number in memory; nil where it cannot be read.
  public func value<T: FixedWidthInteger>(_ address: UInt64, as _: T.Type = T.self) -> T? {
    var value = T.zero
    let got = withUnsafeMutableBytes(of: &value) { source.read(address, into: $0) }
    return got == MemoryLayout<T>.size ? T(littleEndian: value) : nil
  }

  /// An address in memory; nil where it cannot be read.
  public func pointer(_ address: UInt64) -> UInt64? { value(address, as: UInt64.self) }

  /// The text up to the next zero, at most `limit` bytes.
  public func cString(_ address: UInt64, limit: Int = 4096) -> String? {
    var bytes = [UInt8](repeating: 0, count: limit)
    let got = bytes.withUnsafeMutableBytes { source.read(address, into: $0) }
    guard let end = bytes[..<got].firstIndex(of: 0) else { return nil }
    return String(decoding: bytes[..<end], as: UTF8.self)
  }
}
