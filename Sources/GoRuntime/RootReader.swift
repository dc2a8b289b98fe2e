import Executables
import ProcessImage

/// Finds what the garbage collector starts from: global variables, stacks, finalizers.
struct RootReader {
  let image: ProcessImage
  let types: TypeTable
  let info: DwarfInfo
  let names: GlobalNames
  let modules: [Module]
  let heap: Heap
  let marker: Marker

  /// The global data of a module, copied.
  struct Data {
    let range: Range<UInt64>
    let bytes: [UInt8]
    /// A bit for each word that says whether it is a pointer.
    let mask: [UInt8]
  }

  /// Copies the data of all modules.
  static func globals(_ image: ProcessImage, _ modules: [Module]) -> [Data] {
    modules.flatMap { module in [(module.data, module.dataMask), (module.bss, module.bssMask)] }.compactMap {
      range, mask in
      guard !range.isEmpty, range.upperBound - range.lowerBound < 1 << 32,
        let bytes = image.bytes(range.lowerBound, range.count)
      else {
        return nil
      }
      return Data(range: range, bytes: bytes, mask: image.bytes(mask, (range.count / 8 + 7) / 8) ?? [])
    }
  }

  /// Copies the stacks.
  static func stacks(_ image: ProcessImage, _ goroutines: [Goroutine]) -> [[UInt8]] {
    goroutines.map { goroutine in
      // What is not mapped at the low end is not in use.
      [UInt8](unsafeUninitializedCapacity: goroutine.stack.count) { target, count in
        count = image.read(goroutine.stack.lowerBound, into: UnsafeMutableRawBufferPointer(target))
      }
    }
  }

  /// Marks from the global variables: with their types, then every other word that the program says is a pointer.
  func mark(globals: [Data]) {
    let variables = info.variables.map { (address: $0.address &+ image.loadBias, variable: $0) }.sorted {
      $0.address < $1.address
    }
    var seen: Set<UInt64> = []
    for data in globals {
      for (address, variable) in variables where data.range.contains(address) {
        seen.insert(address)
        mark(types.type(entry: variable.type), at: address, in: data, name: variable.name, via: nil)
      }
    }
    markNameless(globals, &seen)
    for data in globals {
      data.bytes.withUnsafeBytes { bytes in
        guard data.range.lowerBound % 8 == 0 else { return }
        marker.guess(
          at: data.range.lowerBound, bytes: bytes,
          where: { index in index / 8 >= data.mask.count || data.mask[index / 8] >> UInt8(index % 8) & 1 != 0 },
          root: { place in
            Root(
              kind: .global, name: names.text(of: place), address: place, isPrecise: !data.mask.isEmpty,
              type: .none,
              base: place)
          })
      }
    }
  }

  /// Marks from a value in the program's data.
  private func mark(_ type: TypeID, at address: UInt64, in data: Data, name: String, via: UInt32?) {
    data.bytes.withUnsafeBytes { bytes in
      let start = Int(address - data.range.lowerBound)
      let size = min(types[type].size, UInt64(bytes.count - start))
      marker.mark(
        root: Root(kind: .global, name: name, address: address, isPrecise: true, type: type, base: address, via: via),
        bytes: UnsafeRawBufferPointer(rebasing: bytes[start..<(start + Int(size))]), type: type)
    }
  }

  /// Marks from the data that variables lead to and that has no name: what `var r = &Registry{…}` points to, the elements of `var list = []T{…}`.
  private func markNameless(_ globals: [Data], _ seen: inout Set<UInt64>) {
    // Longer chains of such data are rare, and their names would be too long to read.
    for _ in 0..<8 {
      let found = marker.takeOutside()
      if found.isEmpty { return }
      for next in found {
        let size = types[next.type].size
        guard size > 0, let data = globals.first(where: { $0.range.contains(next.address) }) else { continue }
        let room = (data.range.upperBound - next.address) / size
        for index in 0..<min(next.count, room) {
          let address = next.address + index * size
          if seen.insert(address).inserted { mark(next.type, at: address, in: data, name: "", via: next.root) }
        }
      }
    }
    _ = marker.takeOutside()
  }

  /// Notes what stands on stacks. Which words are pointers is not known there.
  func guess(stacks: [[UInt8]], goroutines: [Goroutine]) {
    for (goroutine, stack) in zip(goroutines, stacks) {
      stack.withUnsafeBytes { bytes in
        marker.guess(at: goroutine.stack.lowerBound, bytes: bytes, where: { _ in true }) {
          RootReader.root(at: $0, of: goroutine)
        }
      }
    }
  }

  /// A word of a goroutine's stack as a root.
  static func root(at place: UInt64, of goroutine: Goroutine) -> Root {
    let frame = goroutine.frames.first { $0.range.contains(place) }
    let function = frame?.function ?? goroutine.start
    return Root(
      kind: .stack, name: "goroutine \(goroutine.id) (\(goroutine.state)) \(function)", address: place,
      isPrecise: false, type: .none, base: place)
  }

  /// Notes finalizers and cleanups, and what the objects that have one refer to: the collector keeps that until the finalizer has run.
  func guessSpecials() throws(ImageFailure) {
    guard !heap.specials.isEmpty else { return }
    let layout = try StructLayout(types, "runtime.special")
    let next = try layout.offset("next")
    let offset = try layout.offset("offset")
    let kind = try layout.offset("kind")
    let width = Int(clamping: layout.size(of: "offset"))
    guard layout.size < 4096 else { return }
    let finalizer = info.constants["runtime._KindSpecialFinalizer"]
    let cleanup = info.constants["runtime._KindSpecialCleanup"]
    let records: [(UInt64, UInt64?, String)] = [
      (types[types.type(named: "runtime.specialfinalizer")].size, finalizer, "finalizer"),
      (types[types.type(named: "runtime.specialCleanup")].size, cleanup, "cleanup"),
    ]
    for (first, base) in heap.specials {
      var record = first
      var seen = 0
      while record != 0, seen < 1 << 20 {
        seen += 1
        guard let head = image.bytes(record, Int(layout.size)) else { break }
        let place = head.withUnsafeBytes { bytes -> (UInt64, UInt64) in
          var cursor = ByteCursor(bytes, at: Int(offset))
          let distance = cursor.unsigned(size: width)
          cursor = ByteCursor(bytes, at: Int(next))
          return (distance, cursor.u64())
        }
        let number = UInt64(head[Int(kind)])
        for (size, wanted, name) in records where wanted == number && size > layout.size {
          note(
            record, from: layout.size, to: size, name: name, object: base &+ place.0, holdsObject: name == "finalizer")
        }
        record = place.1
      }
    }
  }

  private func note(
    _ record: UInt64, from start: UInt64, to end: UInt64, name: String, object: UInt64, holdsObject: Bool
  ) {
    let text = "\(name) of the object at 0x\(String(object, radix: 16))"
    func root(_ place: UInt64) -> Root {
      Root(kind: .finalizer, name: text, address: place, isPrecise: true, type: .none, base: place)
    }
    if let bytes = image.bytes(record &+ start, Int(end - start)) {
      bytes.withUnsafeBytes { marker.guess(at: record &+ start, bytes: $0, where: { _ in true }, root: root) }
    }
    guard holdsObject, let found = heap.object(at: object), !heap.spans[found.span].isNoScan,
      let bytes = heap.bytes(at: heap.address(found), count: Int(heap.spans[found.span].objectSize))
    else { return }
    marker.guess(at: heap.address(found), bytes: bytes, where: { _ in true }, root: root)
  }
}
