import Belay
import CLab

extension FaultScenario {
  /// Scenario 11.
  static let staleOwner = FaultScenario(
    number: 11, name: "deinit", title: "an owner whose end frees what a map still points to",
    explanation: """
      An object owns C memory and frees it in its `deinit`, which is as it should be. But the map holds the bare pointer, not the object: when the last reference goes, the memory goes, and the entry stays. \
      A `deinit` or a finaliser frees memory in time; it does not keep a pointer good.
      """,
    variants: [
      .fault("pointer", "Dictionary of the pointers of objects that have ended") { _ in
        var pointers: [String: OpaquePointer] = [:]
        do {
          let session = Session(7)
          pointers["alice"] = session.pointer
        }
        guard let found = pointers["alice"] else { return Ending(.nothing, "the entry has gone") }
        let number = lab_session_number(found)
        return Ending(.staleData, "alice was session 7, the freed memory says \(number == 7 ? "7 still" : "\(number)")")
      },
      .defence("owner", "the map holds the object") { _ in
        let sessions = BucketMap<String, Session>()
        do { sessions["alice"] = Session(7) }
        guard let found = sessions["alice"] else { return Ending(.lostEntry, "the entry has gone") }
        return found.number == 7
          ? Ending(.nothing, "session 7 is alive as long as its entry")
          : Ending(.staleData, "it is session \(found.number)")
      },
      .defence("handle", "the map holds a handle, which is stale when the object has ended") { _ in
        let table = HandleTable<Session>(name: "sessions")
        let sessions = BucketMap<String, Handle<Session>>()
        let handle = try table.insert(Session(7))
        sessions["alice"] = handle
        try table.release(handle)
        guard let found = sessions["alice"] else { return Ending(.nothing, "the entry has gone") }
        return Ending(.staleData, "the handle leads to session \(try table.withObject(found) { $0.number })")
      },
    ])
}
