import Belay
import CLab

extension FaultScenario {
  /// Scenario 4.
  static let doubleFree = FaultScenario(
    number: 4, name: "double-free", title: "one object in two maps, freed by both",
    explanation: """
      A session is found by its number and by its name. Each map frees what it holds when it is taken down. The C library notices the second free only if nobody was given the memory in between; \
      if somebody was, the second free takes it away from its new owner, and the next allocation has two.
      """,
    variants: [
      .fault("two-maps", "Dictionary: both maps free") { _ in
        let session = Session.open(7)
        let (byNumber, byName) = ([7: session], ["alice": session])
        for session in byNumber.values { lab_session_close(session) }
        for session in byName.values { lab_session_close(session) }
        return Ending(.nothing, "both frees went through")
      },
      .fault("freed-in-between", "Dictionary: somebody is given the memory between the two frees") { witness in
        let alice = Session.open(7)
        let (byNumber, byName) = ([7: alice], ["alice": alice])
        for session in byNumber.values { lab_session_close(session) }
        let carol = Session.open(9)
        for session in byName.values { lab_session_close(session) }
        let dave = Session.open(10)
        witness.fact("carol's session", "\(carol)")
        witness.fact("dave's session", "\(dave)")
        return carol == dave
          ? Ending(
            .wrongObject,
            "carol's session 9 is session \(lab_session_number(carol)) now: dave was given the same memory")
          : Ending(.nothing, "malloc gave carol and dave memory of their own")
      },
      .defence("shared-resource", "SharedForeignResource: both maps hold a reference; the last one frees") { witness in
        let session = SharedForeignResource(takingOwnershipOf: Session.open(7), name: "session") {
          lab_session_close($0)
        }
        let byNumber = BucketMap<Int, SharedForeignResource<OpaqueStruct>>()
        let byName = BucketMap<String, SharedForeignResource<OpaqueStruct>>()
        byNumber[7] = session
        try session.retain()
        byName["alice"] = session
        for (_, session) in byNumber { try session.release() }
        witness.fact("sessions of C after the first map", lab_session_count())
        for (_, session) in byName { try session.release() }
        witness.fact("sessions of C after the second map", lab_session_count())
        return lab_session_count() == 0
          ? Ending(.nothing, "freed once, by the second map") : Ending(.leaked, "the session is open still")
      },
      .defence("tracked", "TrackedAllocator: the second free is an error") { _ in
        let memory = TrackedAllocator()
        let key = try memory.adopt(UnsafeMutableRawPointer(Session.open(7))) { lab_session_close(OpaquePointer($0)) }
        let (byNumber, byName) = ([7: key], ["alice": key])
        for key in byNumber.values { try memory.free(key) }
        for key in byName.values { try memory.free(key) }
        return Ending(.nothing, "both frees went through")
      },
      .defence("handle", "HandleTable: the second removal is an error") { _ in
        let sessions = HandleTable<Session>(name: "sessions")
        let handle = try sessions.insert(Session(7))
        let (byNumber, byName) = ([7: handle], ["alice": handle])
        for handle in byNumber.values { try sessions.remove(handle) }
        for handle in byName.values { try sessions.remove(handle) }
        return Ending(.nothing, "both removals went through")
      },
    ])
}
