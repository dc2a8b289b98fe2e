import CProcess
import CZlib
import Foundation

/// Compressed sections and compressed core dumps.
enum Decompression {
  /// A whole file may grow to this size when it is decompressed.
  static let fileLimit: UInt64 = 1 << 40

  /// Decompresses zlib data whose size is known.
  static func zlib(_ source: UnsafeRawBufferPointer, size: Int, name: String) throws(ImageFailure) -> ByteBlock {
    // zlib cannot make more than 1032 bytes of one, so a size beyond that is a lie; believing it would take memory.
    guard size >= 0, size / 1040 <= source.count else { throw invalid(name) }
    return try ByteBlock(count: size) { (target) throws(ImageFailure) in
      var length = uLongf(size)
      let result = uncompress(
        target.bindMemory(to: Bytef.self).baseAddress, &length, source.bindMemory(to: Bytef.self).baseAddress,
        uLong(source.count))
      guard result == Z_OK, Int(length) == size else { throw invalid(name) }
    }
  }

  /// Decompresses a zstd frame whose size is known.
  static func zstd(_ source: UnsafeRawBufferPointer, size: Int, name: String) throws(ImageFailure) -> ByteBlock {
    guard size >= 0, size / (1 << 17) <= source.count else { throw invalid(name) }
    return try ByteBlock(count: size) { (target) throws(ImageFailure) in
      switch belay_zstd_decompress(target.baseAddress, size, source.baseAddress, source.count) {
      case Int64(size): break
      case -1: throw noLibrary(name)
      default: throw invalid(name)
      }
    }
  }

  /// How a file is compressed, told by its first bytes.
  enum Form { case gzip, zstd }

  static func form(of bytes: UnsafeRawBufferPointer) -> Form? {
    if bytes.starts(with: [0x1f, 0x8b]) { return .gzip }
    if bytes.starts(with: [0x28, 0xb5, 0x2f, 0xfd]) { return .zstd }
    return nil
  }

  /// Decompresses a file into a temporary file that has no name, and maps that.
  static func file(_ path: String, form: Form, limit: UInt64 = fileLimit) throws(ImageFailure) -> ByteBlock {
    let what = "cannot decompress \(path)"
    let input = open(path, O_RDONLY | O_CLOEXEC)
    guard input >= 0 else {
      throw ImageFailure(what, String(cString: strerror(errno)), "give the path of a file that can be read")
    }
    defer { close(input) }
    let folder = FileManager.default.temporaryDirectory.path
    var template = Array("\(folder)/belay-core-XXXXXX".utf8CString)
    let output = mkstemp(&template)
    guard output >= 0 else {
      throw ImageFailure(
        what, "no temporary file in \(folder): \(String(cString: strerror(errno)))",
        "set TMPDIR to a folder that can be written")
    }
    defer { close(output) }
    unlink(template)
    switch form {
    case .gzip: try gunzip(path, input, output, limit)
    case .zstd:
      switch belay_zstd_decompress_file(input, output, limit) {
      case 0...: break
      case -1: throw noLibrary(path)
      case -4: throw writeFailure(what, folder)
      case -3: throw ImageFailure(what, "it grows beyond \(limit) bytes", "decompress it")
      default: throw invalid(path)
      }
    }
    return try ByteBlock(descriptor: output, name: path)
  }

  private static func gunzip(_ path: String, _ input: Int32, _ output: Int32, _ limit: UInt64)
    throws(ImageFailure)
  {
    // gzdopen closes its descriptor, hence the second one.
    guard let file = gzdopen(dup(input), "rb") else { throw invalid(path) }
    defer { gzclose(file) }
    let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
    defer { piece.deallocate() }
    var total: UInt64 = 0
    while true {
      let count = gzread(file, piece.baseAddress, UInt32(piece.count))
      if count < 0 { throw invalid(path) }
      if count == 0 { break }
      total += UInt64(count)
      guard total <= limit else {
        throw ImageFailure(
          "cannot decompress \(path)", "it grows beyond \(limit) bytes", "decompress it")
      }
      var done = 0
      while done < Int(count) {
        let put = write(output, piece.baseAddress?.advanced(by: done), Int(count) - done)
        if put < 0, errno == EINTR { continue }
        guard put > 0 else {
          throw writeFailure("cannot decompress \(path)", FileManager.default.temporaryDirectory.path)
        }
        done += put
      }
    }
    // A file that ends early is no read error for zlib.
    var code: Int32 = Z_OK
    _ = gzerror(file, &code)
    guard code == Z_OK || code == Z_STREAM_END else { throw invalid(path) }
  }

  private static func invalid(_ name: String) -> ImageFailure {
    ImageFailure("cannot decompress \(name)", "the compressed data is damaged or ends early", "give a whole file")
  }

  private static func noLibrary(_ name: String) -> ImageFailure {
    ImageFailure(
      "cannot decompress \(name)", "libzstd.so.1 is not installed", "install libzstd1, or decompress it with 'zstd -d'")
  }

  private static func writeFailure(_ what: String, _ folder: String) -> ImageFailure {
    ImageFailure(
      what, "cannot write to \(folder): \(String(cString: strerror(errno)))", "set TMPDIR to a folder with room")
  }
}

extension ByteBlock {
  /// The content of a file, decompressed if it is compressed with gzip or zstd.
  /// - Parameter limit: How many bytes it may have.
  public convenience init(contentsOf path: String, limit: UInt64) throws(ImageFailure) {
    let file = try ByteBlock(file: path)
    var content = file
    if let form = Decompression.form(of: file.bytes) {
      content = try Decompression.file(path, form: form, limit: limit)
    }
    guard UInt64(content.bytes.count) <= limit else {
      throw ImageFailure("cannot read \(path)", "it has more than \(limit) bytes", "give a smaller file")
    }
    self.init(whole: content)
  }
}
