import CProcess
import Executables
import Foundation

/// The memory of a process that has ended, as the kernel or a debugger wrote it to a file.
///
/// What the file does not hold, because the kernel left out what stands in files as well, is taken from the executable, once that is known.
final class CoreFile: MemorySource {
  /// A run of addresses whose bytes are in the file.
  private struct Piece {
    let start: UInt64
    let bytes: UnsafeRawBufferPointer
    var end: UInt64 { start + UInt64(bytes.count) }
  }

  let file: ElfFile
  let mappings: [Mapping]
  let auxiliaryVector: [UInt64: UInt64]
  let threads: [ThreadState]
  let pid: Int32
  /// How many bytes the file should hold behind its end.
  let truncatedBytes: UInt64
  private let pieces: [Piece]
  private var executable: (file: ElfFile, bias: UInt64)?

  init(path: String) throws(ImageFailure) {
    var block = try ByteBlock(file: path)
    if let form = Decompression.form(of: block.bytes) { block = try Decompression.file(path, form: form) }
    file = try ElfFile(block, name: path)
    guard file.kind == .core else {
      throw ImageFailure(
        "cannot read \(path)", "it is a program, not a core dump",
        "give the program with --exe, and the core dump with --core")
    }
    var pieces: [Piece] = []
    var lost: UInt64 = 0
    for segment in file.segments where segment.type == 1 && segment.fileSize > 0 {
      let bytes = file.block.part(segment.offset, segment.fileSize).bytes
      lost &+= segment.fileSize - UInt64(bytes.count)
      guard !segment.address.addingReportingOverflow(UInt64(bytes.count)).overflow else { continue }
      if !bytes.isEmpty { pieces.append(Piece(start: segment.address, bytes: bytes)) }
    }
    self.pieces = pieces.sorted { $0.start < $1.start }
    truncatedBytes = lost
    let notes = file.notes.filter { $0.owner == "CORE" }
    auxiliaryVector = notes.first { $0.type == 6 }.map { AuxiliaryVector.parse($0.content) } ?? [:]
    threads = notes.filter { $0.type == 1 }.compactMap { [machine = file.machine] in CoreFile.thread($0, machine) }
    pid = notes.first { $0.type == 3 }.map { CoreFile.pid($0) } ?? threads.first?.id ?? 0
    let files = notes.first { $0.type == 0x4649_4c45 }.map { CoreFile.files($0.content) } ?? []
    var mappings = file.segments.filter { $0.type == 1 && $0.memorySize > 0 }.compactMap { segment -> Mapping? in
      let (end, overflow) = segment.address.addingReportingOverflow(segment.memorySize)
      guard !overflow else { return nil }
      let origin = files.mapping(at: segment.address)
      return Mapping(
        start: segment.address, end: end, isReadable: segment.flags & 4 != 0, isWritable: segment.flags & 2 != 0,
        isExecutable: segment.flags & 1 != 0,
        offset: origin.map { $0.offset &+ (segment.address - $0.start) } ?? 0, path: origin?.path ?? "")
    }
    // A debugger leaves out what it takes from files; the list of files still has it.
    mappings.sort { $0.start < $1.start }
    for file in files where mappings.mapping(at: file.start) == nil { mappings.append(file) }
    mappings.sort { $0.start < $1.start }
    self.mappings = mappings
  }

  /// Lets addresses of the program that the core does not hold be read from its file.
  func fill(from executable: ElfFile, bias: UInt64) { self.executable = (executable, bias) }

  private static func thread(_ note: ElfNote, _ machine: ElfFile.Machine) -> ThreadState? {
    var cursor = ByteCursor(note.content, at: 32)
    let id = Int32(truncatingIfNeeded: cursor.u32())
    // The registers stand behind four times; the order is the kernel's user_regs_struct and user_pt_regs.
    let (stack, counter) = machine == .x86 ? (19, 16) : (31, 32)
    cursor = ByteCursor(note.content, at: 112 + 8 * stack)
    let pointer = cursor.u64()
    cursor = ByteCursor(note.content, at: 112 + 8 * counter)
    let address = cursor.u64()
    return cursor.isExhausted ? nil : ThreadState(id: id, programCounter: address, stackPointer: pointer)
  }

  private static func pid(_ note: ElfNote) -> Int32 {
    var cursor = ByteCursor(note.content, at: 24)
    return Int32(truncatingIfNeeded: cursor.u32())
  }

  private static func files(_ bytes: UnsafeRawBufferPointer) -> [Mapping] {
    var cursor = ByteCursor(bytes)
    let count = cursor.u64()
    let page = cursor.u64()
    guard count <= UInt64(bytes.count / 24) else { return [] }
    var ranges: [(UInt64, UInt64, UInt64)] = []
    for _ in 0..<count { ranges.append((cursor.u64(), cursor.u64(), cursor.u64())) }
    return ranges.compactMap { start, end, offset in
      let path = String(decoding: cursor.cString(), as: UTF8.self)
      guard start < end, !cursor.isExhausted else { return nil }
      return Mapping(
        start: start, end: end, isReadable: true, isWritable: false, isExecutable: false, offset: offset &* page,
        path: path)
    }.sorted { $0.start < $1.start }
  }

  /// The bytes from an address on, as many as stand in one piece.
  private func run(at address: UInt64) -> UnsafeRawBufferPointer? {
    var low = 0
    var high = pieces.count
    while low < high {
      let middle = (low + high) / 2
      if pieces[middle].end <= address { low = middle + 1 } else { high = middle }
    }
    if low < pieces.count, pieces[low].start <= address {
      return UnsafeRawBufferPointer(rebasing: pieces[low].bytes[Int(address - pieces[low].start)...])
    }
    // Only memory that was mapped may come from the file, and only what the program cannot have changed.
    guard let executable, let mapping = mappings.mapping(at: address), !mapping.isWritable,
      let bytes = executable.file.bytes(at: address &- executable.bias)
    else { return nil }
    return UnsafeRawBufferPointer(rebasing: bytes.prefix(Int(clamping: mapping.end - address)))
  }

  func read(_ address: UInt64, into target: UnsafeMutableRawBufferPointer) -> Int {
    var done = 0
    while done < target.count {
      let (next, overflow) = address.addingReportingOverflow(UInt64(done))
      guard !overflow, let run = run(at: next) else { break }
      let part = run.prefix(target.count - done)
      UnsafeMutableRawBufferPointer(rebasing: target[done..<(done + part.count)]).copyMemory(
        from: UnsafeRawBufferPointer(rebasing: part))
      done += part.count
    }
    return done
  }

  func read(_ pieces: [belay_copy]) -> [Int] {
    pieces.indices.filter { index in
      let piece = pieces[index]
      return read(
        piece.address, into: UnsafeMutableRawBufferPointer(start: piece.destination, count: Int(piece.length)))
        != Int(piece.length)
    }
  }

  func bytes(at address: UInt64, count: Int) -> UnsafeRawBufferPointer? {
    guard let run = run(at: address), run.count >= count else { return nil }
    return UnsafeRawBufferPointer(rebasing: run.prefix(count))
  }
}
