import Belay
import CLab

extension FaultScenario {
  /// Scenario 1.
  static let freedKey = FaultScenario(
    number: 1, name: "freed-key", title: "a C pointer as key, freed while the entry stays",
    explanation: """
      A map is keyed by what a C library handed out. The library frees it, and the entry stays. The map itself never follows the pointer, so iteration and look-up go on as if \
      nothing had happened; what follows it reads memory that belongs to somebody else by now. And malloc hands the same address out again: then the new object is found under the old entry.
      """,
    variants: [
      .fault("lookup", "Dictionary: iterated and looked up, the pointer is not followed") { _ in
        let (names, session) = freed()
        guard names.count == 1, names[session] == "alice" else { return Ending(.lostEntry, "the entry is not found") }
        return Ending(.nothing, "the entry of the freed session is found, iterated and counted like any other")
      },
      .fault("dereference", "Dictionary: each key is followed") { _ in
        let (names, _) = freed()
        for (session, name) in names {
          let number = lab_session_number(session)
          return Ending(
            .staleData, "\(name) was session 7, the freed memory says \(number == 7 ? "7 still" : "\(number)")")
        }
        return Ending(.nothing, "there is no entry")
      },
      .fault("same-address", "Dictionary: another session is opened after the free") { witness in
        let (names, alice) = freed()
        let bob = Session.open(8)
        witness.fact("address of the freed session", "\(alice)")
        witness.fact("address of the new session", "\(bob)")
        guard let name = names[bob] else { return Ending(.nothing, "malloc chose another address for session 8") }
        return Ending(.wrongObject, "session 8, which nobody put in, is '\(name)' in the map")
      },
      .fault("bucket-map", "BucketMap: it keeps the freed key too, and belay guard names it") { witness in
        let names = BucketMap<OpaquePointer, String>()
        // As a map that lives as long as the program, which is when the guard looks.
        _ = Unmanaged.passRetained(names)
        for number in 1...UInt64(9) { names[Session.open(number)] = "session \(number)" }
        let freed = names.filter { lab_session_number($0.key) % 3 == 0 }.map(\.key)
        for session in freed { lab_session_close(session) }
        witness.picture("the map with freed keys", names.svg(limit: 16))
        // The pointers are gone from here; only the map has them.
        return Ending(.nothing, "\(names.count) entries, of which \(freed.count) are of freed sessions")
      },
      .defence("lifetime-bound", "LifetimeBoundMap: the entry leaves when the memory is freed") { witness in
        let memory = TrackedAllocator()
        let names = LifetimeBoundMap<String>(memory)
        func track(_ number: UInt64) throws -> (key: AllocationKey, session: OpaquePointer) {
          let session = Session.open(number)
          let key = try memory.adopt(UnsafeMutableRawPointer(session), byteCount: lab_session_size()) {
            lab_session_close(OpaquePointer($0))
          }
          return (key, session)
        }
        let alice = try track(7)
        try names.set("alice", for: alice.key)
        try memory.free(alice.key)
        witness.fact("entries after the free", names.count)
        let bob = try track(8)
        witness.fact("same address", alice.session == bob.session)
        if let name = try names.value(for: bob.key) { return Ending(.wrongObject, "session 8 is '\(name)'") }
        return Ending(.staleData, "the freed key still finds \(try names.value(for: alice.key) ?? "nothing")")
      },
      .defence("handle", "HandleTable: the map is keyed by a handle, and the table refuses an old one") { witness in
        let sessions = HandleTable<Session>(name: "sessions")
        let names = BucketMap<Handle<Session>, String>()
        let alice = try sessions.insert(Session(7))
        names[alice] = "alice"
        try sessions.remove(alice)
        let bob = try sessions.insert(Session(8))
        witness.picture("the map, keyed by handles", names.svg(limit: 16))
        if let name = names[bob] { return Ending(.wrongObject, "session 8 is '\(name)'") }
        let number = try sessions.withObject(alice) { $0.number }
        return Ending(.staleData, "the old handle leads to session \(number)")
      },
    ])

  /// A map with the key of a session that has been freed.
  private static func freed() -> (names: [OpaquePointer: String], session: OpaquePointer) {
    let session = Session.open(7)
    let names = [session: "alice"]
    lab_session_close(session)
    return (names, session)
  }
}
