import Foundation
import ProcessImage

/// The Go program in an image: its heap, its goroutines and its maps, read at one time.
public final class GoInspection {
  /// What is to be done.
  public struct Options: Sendable {
    /// Whether the heap is marked, so that maps in use are told from garbage, and paths to them can be found.
    public var marks = true
    /// Whether the process is stopped while it is copied.
    public var stops = false

    /// Marks, and does not stop.
    public init() {}
  }

  /// What was read.
  public let image: ProcessImage
  /// The version of Go that built the program.
  public let version: String
  /// Whether its maps are Swiss (Go 1.24 and later) and not classic.
  public var hasSwissMaps: Bool { offsets.isSwiss }
  /// When it was read, in nanoseconds since 1970.
  public let time: Int64
  /// What the collector said of itself before the heap was read; nil for a stripped program, which does not tell where that stands.
  public let collector: CollectorState?
  /// Whether the program has no debugging information of Go, so that variables have no types.
  public let isStripped: Bool
  /// The maps, in no order.
  public private(set) var maps: [GoMap] = []
  /// The goroutines that are not dead.
  public let goroutines: [Goroutine]
  /// How long the process was stopped; nil if it was not.
  public let stopped: Duration?
  /// What is missing, and which answers suffer.
  public private(set) var limitations: [String] = []
  /// The maps whose copy did not agree with itself, and which were read again from the process.
  public private(set) var rereadMaps: Set<UInt64> = []

  let types: TypeTable
  let heap: Heap
  let offsets: MapOffsets
  let modules: [Module]
  let globals: GlobalNames
  let reader: MapReader
  private let marker: Marker
  private var finder: PathFinder?
  /// The maps whose headers stand on stacks.
  private var stackRoots: [UInt64: Root] = [:]
  var slotCache: [AddressSlotsKey: [UInt64]] = [:]
  /// The starts of the mappings in which spans of the heap stand.
  lazy var heapMappings: Set<UInt64> = {
    var starts: Set<UInt64> = []
    for number in 1..<max(1, heap.spans.count) {
      if let mapping = image.mapping(at: heap.spans[number].base) { starts.insert(mapping.start) }
    }
    return starts
  }()

  /// The bytes of the heap's spans that are in use.
  public var heapBytes: UInt64 { heap.byteCount }
  /// The bytes of those that can hold pointers.
  public var scannableBytes: UInt64 { heap.scannableBytes }
  /// The members of a map's header: name, offset, size.
  public var headerMembers: [(name: String, offset: Int, size: Int)] { offsets.members }
  /// The size of a map's header.
  public var headerSize: Int { Int(offsets.headerSize) }

  /// Reads the Go program of an image.
  /// - Parameter previous: an earlier inspection of the same program, whose debugging information is used again.
  public init(_ image: ProcessImage, options: Options = Options(), reusing previous: GoInspection? = nil)
    throws(ImageFailure)
  {
    self.image = image
    time = Int64(Date().timeIntervalSince1970 * 1e9)
    let info = if let previous { previous.types.info } else { try GoInspection.debuggingInformation(image) }
    let types = TypeTable(image, info)
    self.types = types
    isStripped = info.types["runtime.moduledata"] == nil
    let places: RuntimePlaces
    if isStripped {
      places = try RuntimePlaces(searching: image, types)
      collector = nil
    } else {
      var variables: [String: DwarfInfo.Variable] = [:]
      for variable in info.variables where variable.name.hasPrefix("runtime.") { variables[variable.name] = variable }
      places = try RuntimePlaces(image, types, variables)
      collector = try CollectorState(image, types, variables)
    }
    version = places.version
    modules = places.modules
    globals = GlobalNames(image, types)
    offsets = try MapOffsets(types)

    let stop = options.stops && image.isLive ? try ProcessStop(pid: image.pid) : nil
    heap = try Heap(image, types, list: places.spans, copiesAll: stop != nil)
    let goroutineReader = GoroutineReader(
      image: image, types: types, modules: modules, threads: stop?.threads ?? (image.isLive ? [] : image.threads))
    goroutines = try goroutineReader.read(
      list: image.pointer(places.goroutines) ?? 0, count: image.pointer(places.goroutines &+ 8) ?? 0)
    let data = RootReader.globals(image, modules)
    let stacks = options.marks ? RootReader.stacks(image, goroutines) : []
    stopped = stop?.resume()

    let channel = try StructLayout(types, "runtime.hchan")
    marker = Marker(
      heap, types, image, offsets, channel: (buffer: try channel.offset("buf"), count: try channel.offset("dataqsiz")))
    reader = MapReader(heap, types, offsets)
    limitations = image.limitations
    if isStripped { limitations.append(globals.limitation) }
    if heap.missingBytes > 0 {
      limitations.append(
        "\(heap.missingBytes) bytes of the heap could not be read: maps, entries and paths may be missing")
    }
    if options.marks {
      let roots = RootReader(
        image: image, types: types, info: info, names: globals, modules: modules, heap: heap, marker: marker)
      roots.mark(globals: data)
      roots.guess(stacks: stacks, goroutines: goroutines)
      try roots.guessSpecials()
      marker.run()
      finder = PathFinder(marker, reader)
      finder?.functionName = { [modules] address in
        for module in modules where address >= module.text && address < module.textEnd {
          if let record = module.functions.record(at: address) { return module.functions.name(record: record) }
        }
        return nil
      }
    }
    collectMaps(marked: options.marks)
    collectStackMaps(stacks)
    try image.refresh()
  }

  /// Whether the program of an image was built by Go.
  public static func isGo(_ image: ProcessImage) -> Bool { ModuleSearch.isGo(image.executable) }

  /// The debugging information of a Go program: none if it was stripped.
  static func debuggingInformation(_ image: ProcessImage) throws(ImageFailure) -> DwarfInfo {
    if let info = try DwarfInfo(image.executable), info.types["runtime.moduledata"] != nil { return info }
    guard isGo(image) else {
      throw ImageFailure(
        "cannot inspect \(image.executablePath)", "it is not a Go program",
        "use --mappings to see the memory of any program")
    }
    return .none
  }

  // MARK: Maps

  private func collectMaps(marked: Bool) {
    var seen = RawBuffer<UInt8>(count: heap.objectCount)
    maps.reserveCapacity(marker.maps.count)
    var outside: Set<UInt64> = []
    for (address, type, object) in marker.maps {
      if let object {
        guard seen[Int(object)] == 0 else { continue }
        seen[Int(object)] = 1
        maps.append(
          GoMap(
            address: address, type: type,
            reachability: marker.edges[Int(object)] & Marker.guessFlag == 0 ? .reachable : .guessed,
            isFoundBySearch: false, object: object))
      } else if outside.insert(address).inserted {
        maps.append(
          GoMap(address: address, type: type, reachability: .reachable, isFoundBySearch: false, object: .max))
      }
    }
    let search = MapSearch(heap: heap, types: types, offsets: offsets)
    search.run(excluding: { [marker] object in marker.marks[Int(object)].isKnown || seen[Int(object)] != 0 }) {
      [marker, types] object, address, type in
      let reachability: GoMap.Reachability =
        !marked
        ? .unknown
        : marker.marks[Int(object)] == .none
          ? .garbage : marker.edges[Int(object)] & Marker.guessFlag == 0 ? .reachable : .guessed
      // What only the search knows, paths name as well.
      if type.isKnown, marker.marks[Int(object)] == .unknown {
        marker.marks[Int(object)] = types.derived(.mapHeader, of: type)
      }
      maps.append(
        GoMap(address: address, type: type, reachability: reachability, isFoundBySearch: true, object: object))
    }
    _ = seen
    seen = RawBuffer(count: 0)
  }

  private func collectStackMaps(_ stacks: [[UInt8]]) {
    let search = StackMapSearch(search: MapSearch(heap: heap, types: types, offsets: offsets))
    let known = Set(maps.lazy.filter { $0.object == .max }.map(\.address))
    for (goroutine, stack) in zip(goroutines, stacks) {
      stack.withUnsafeBytes { bytes in
        search.run(bytes, at: goroutine.stack.lowerBound) { address, type in
          guard !known.contains(address), stackRoots[address] == nil else { return }
          stackRoots[address] = RootReader.root(at: address, of: goroutine)
          maps.append(
            GoMap(address: address, type: type, reachability: .guessed, isFoundBySearch: true, object: .max))
        }
      }
    }
  }

  /// A map's type as Go writes it.
  public func typeName(of map: GoMap) -> String {
    map.type.isKnown ? types[map.type].name : "map[?]?"
  }

  /// What a map's header and buckets say. A map that was written while the heap was copied is read again from the process.
  /// - Complexity: O(*n*) in the number of its buckets
  public func state(of map: GoMap) -> MapState {
    let state = reader.read(map.address, map.type)
    return state.faults.isEmpty ? state : reread(map) ?? state
  }

  /// Reads a map from the process as it is now; nil if it is written each time, or if the copy is of one moment or of a core dump.
  ///
  /// What is read counts only if the header is the same before and after, if nobody was writing, and if header and buckets agree: then it is
  /// the map at one later moment. All of its parts are read anew, since what the copy says of them may be of several moments.
  func reread(_ map: GoMap) -> MapState? {
    guard image.isLive, stopped == nil else { return nil }
    heap.readsCopy = false
    defer { heap.readsCopy = true }
    for _ in 0..<GoInspection.rereadLimit {
      guard let before = heap.read(map.address, headerSize) else { return nil }
      let state = reader.read(map.address, map.type)
      if state.faults.isEmpty, !state.isWriting, heap.read(map.address, headerSize) == before {
        rereadMaps.insert(map.address)
        return state
      }
    }
    return nil
  }

  /// How often a map is read again. A writer that is in the way eight times in a row is seldom done at the ninth.
  private static let rereadLimit = 8

  /// The path that keeps a map alive; nil if there is none, or if the heap was not marked.
  public func path(to map: GoMap) -> RetentionPath? {
    if let root = stackRoots[map.address] {
      let step = RetentionPath.Step(type: typeName(of: map), address: map.address, member: "", isGuess: true)
      return RetentionPath(root: root, rootMember: "", steps: [step])
    }
    return map.object == .max ? nil : finder?.path(to: map.object)
  }

  /// The path that keeps a map alive without addresses and indices, so that maps in one place of the program have the same; empty if there is none.
  public func place(of map: GoMap) -> String {
    guard let finder else { return "" }
    return finder.text(pattern: placeNumber(of: map))
  }

  /// A number for ``place(of:)`` that is quick to compare.
  public func placeNumber(of map: GoMap) -> Int32 {
    guard let finder else { return 0 }
    if let root = stackRoots[map.address] { return finder.pattern(ofRoot: root) }
    guard map.object != .max, marker.marks[Int(map.object)] != .none else { return 0 }
    return finder.pattern(of: map.object)
  }
}
