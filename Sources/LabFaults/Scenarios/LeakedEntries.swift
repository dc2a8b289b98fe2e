import Belay
import CLab

extension FaultScenario {
  /// Scenario 3.
  static let leakedEntries = FaultScenario(
    number: 3, name: "leaked-entries", title: "entries that own C memory, overwritten and removed",
    explanation: """
      A pointer as a value is a number to the map: overwriting or removing the entry, and dropping the map, forgets the last way to the memory, and nobody frees it. Nothing crashes; the process grows.
      """,
    variants: [
      .fault("overwrite", "Dictionary: each key is set again and again") { witness in
        var sessions: [Int: OpaquePointer] = [:]
        for number in 0..<1000 { sessions[number % 10] = Session.open(UInt64(number)) }
        return counted(reachable: sessions.count, witness)
      },
      .fault("remove", "Dictionary: each entry is removed") { witness in
        var sessions: [Int: OpaquePointer] = [:]
        for number in 0..<1000 { sessions[number] = Session.open(UInt64(number)) }
        for number in 0..<1000 { sessions[number] = nil }
        return counted(reachable: sessions.count, witness)
      },
      .fault("drop-map", "Dictionary: the map itself is let go") { witness in
        for round in 0..<10 {
          var sessions: [Int: OpaquePointer] = [:]
          for number in 0..<100 { sessions[number] = Session.open(UInt64(round * 100 + number)) }
        }
        return counted(reachable: 0, witness)
      },
      .defence("foreign-resource", "BucketMap of ForeignResource: the value frees what it owns") { witness in
        let sessions = BucketMap<Int, ForeignResource<OpaqueStruct>>()
        func put(_ number: Int, at key: Int) {
          let session = ForeignResource(takingOwnershipOf: Session.open(UInt64(number)), name: "session") {
            lab_session_close($0)
          }
          sessions.updateValue(session, forKey: key)
        }
        for number in 0..<1000 { put(number, at: number % 10) }
        witness.picture("the map after 1000 writes to 10 keys", sessions.svg(limit: 16))
        let ending = counted(reachable: sessions.count, witness)
        guard ending.kind == .nothing else { return ending }
        for key in 0..<10 { _ = sessions.removeValue(forKey: key) }
        return counted(reachable: 0, witness)
      },
      .defence("tracked", "LifetimeBoundMap: what is left is known, and freed with the allocator") { witness in
        do {
          let memory = TrackedAllocator()
          let names = LifetimeBoundMap<Int>(memory)
          for number in 0..<1000 {
            let session = UnsafeMutableRawPointer(Session.open(UInt64(number)))
            try names.set(number % 10, for: memory.adopt(session) { lab_session_close(OpaquePointer($0)) })
          }
          names.removeAll()
          witness.fact("allocations that the allocator still knows", memory.count)
        }
        return counted(reachable: 0, witness)
      },
    ])

  private static func counted(reachable: Int, _ witness: Witness) -> Ending {
    let live = Int(lab_session_count())
    witness.fact("sessions of C", live)
    witness.fact("sessions in the map", reachable)
    let lost = live - reachable
    return lost > 0
      ? Ending(.leaked, "\(lost) sessions, \(lost * lab_session_size()) bytes that no entry leads to")
      : Ending(.nothing, "every session that is open is in the map")
  }
}
