import Foundation

/// Bytes that stay where they are until the block is gone: a mapped file, or memory that was filled.
///
/// A mapped file that somebody else truncates while it is mapped cannot be told from memory that is gone: the read faults.
public final class ByteBlock: @unchecked Sendable {
  // Sendable: the bytes are written before the block is handed out, and never after.

  /// The bytes. They live as long as the block.
  public let bytes: UnsafeRawBufferPointer
  private let isMapped: Bool
  private let parent: ByteBlock?

  private init(_ bytes: UnsafeRawBufferPointer, isMapped: Bool, parent: ByteBlock? = nil) {
    self.bytes = bytes
    self.isMapped = isMapped
    self.parent = parent
  }

  /// Maps a file for reading.
  public convenience init(file path: String) throws(ImageFailure) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw ImageFailure(
        "cannot read \(path)", String(cString: strerror(errno)), "give the path of a file that can be read")
    }
    defer { close(descriptor) }
    try self.init(descriptor: descriptor, name: path)
  }

  /// Maps an open file for reading. The descriptor stays the caller's.
  convenience init(descriptor: Int32, name: String) throws(ImageFailure) {
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw ImageFailure("cannot read \(name)", "it is not a regular file", "give the path of a file")
    }
    let size = Int(status.st_size)
    guard size > 0 else {
      self.init(UnsafeRawBufferPointer(start: nil, count: 0), isMapped: false)
      return
    }
    guard let address = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), address != MAP_FAILED else {
      throw ImageFailure("cannot map \(name)", String(cString: strerror(errno)), "free some memory or address space")
    }
    self.init(UnsafeRawBufferPointer(start: address, count: size), isMapped: true)
  }

  /// Memory of `count` bytes, zero until `fill` writes it. Pages that are never written take no memory.
  public convenience init(
    count: Int, fill: (UnsafeMutableRawBufferPointer) throws(ImageFailure) -> Void
  ) throws(ImageFailure) {
    guard count > 0 else {
      self.init(UnsafeRawBufferPointer(start: nil, count: 0), isMapped: false)
      return
    }
    guard
      let address = mmap(nil, count, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0),
      address != MAP_FAILED
    else {
      throw ImageFailure("cannot hold \(count) bytes", String(cString: strerror(errno)), "free some memory")
    }
    // Large pages where the system has them: a heap's copy is filled once and then read in no order.
    #if os(Linux)
      if count >= 1 << 24 { madvise(address, count, MADV_HUGEPAGE) }
    #endif
    self.init(UnsafeRawBufferPointer(start: address, count: count), isMapped: true)
    try fill(UnsafeMutableRawBufferPointer(start: address, count: count))
  }

  /// A copy of bytes.
  public convenience init(copying bytes: [UInt8]) {
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 16)
    copy.copyBytes(from: bytes)
    self.init(UnsafeRawBufferPointer(copy), isMapped: false)
  }

  /// Another block's bytes.
  convenience init(whole block: ByteBlock) { self.init(block.bytes, isMapped: false, parent: block) }

  /// A part of this block, cut to what is there.
  public func part(_ offset: UInt64, _ count: UInt64) -> ByteBlock {
    let start = min(offset, UInt64(bytes.count))
    let length = min(count, UInt64(bytes.count) - start)
    return ByteBlock(
      UnsafeRawBufferPointer(rebasing: bytes[Int(start)..<Int(start + length)]), isMapped: false, parent: self)
  }

  deinit {
    guard parent == nil, let start = bytes.baseAddress else { return }
    if isMapped {
      munmap(UnsafeMutableRawPointer(mutating: start), bytes.count)
    } else {
      UnsafeMutableRawPointer(mutating: start).deallocate()
    }
  }
}
