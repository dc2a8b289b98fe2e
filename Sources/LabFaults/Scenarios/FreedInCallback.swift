import Belay
import CLab

extension FaultScenario {
  /// Scenario 2.
  static let freedInCallback = FaultScenario(
    number: 2, name: "freed-in-callback", title: "a C pointer as value, freed by C when the other side hangs up",
    explanation: """
      The program keeps sessions by name. It is the library that decides when one ends: the other side hangs up, a callback comes, and the library frees the session when the callback \
      returns. A program that does not remove the entry there hands the freed pointer out at the next look-up.
      """,
    variants: [
      .fault("late-lookup", "Dictionary: looked up and read after the callback") { _ in
        let alice = Session.open(7, closed: { _, _ in })
        let sessions = ["alice": alice]
        lab_session_hang_up(alice)
        guard let found = sessions["alice"] else { return Ending(.nothing, "the entry has gone") }
        let number = lab_session_number(found)
        return Ending(.staleData, "alice was session 7, the freed memory says \(number == 7 ? "7 still" : "\(number)")")
      },
      .fault("next-session", "Dictionary: the library opens another session before the look-up") { witness in
        let alice = Session.open(7, closed: { _, _ in })
        let sessions = ["alice": alice]
        lab_session_hang_up(alice)
        let bob = Session.open(8)
        witness.fact("same address", bob == alice)
        guard let found = sessions["alice"] else { return Ending(.nothing, "the entry has gone") }
        let number = lab_session_number(found)
        return number == 8
          ? Ending(.wrongObject, "what alice finds is session 8, bob's")
          : Ending(.staleData, "alice was session 7, the freed memory says \(number)")
      },
      .fault("bucket-map", "BucketMap: it does not know either; belay guard names it") { witness in
        let sessions = BucketMap<String, OpaquePointer>()
        for (number, name) in ["alice", "bob", "carol"].enumerated() {
          sessions[name] = Session.open(UInt64(number) + 7, closed: { _, _ in })
        }
        if let alice = sessions["alice"] { lab_session_hang_up(alice) }
        witness.picture("the map after alice's session was freed", sessions.svg(limit: 16))
        guard let found = sessions["alice"] else { return Ending(.nothing, "the entry has gone") }
        let number = lab_session_number(found)
        return Ending(.staleData, "alice was session 7, the freed memory says \(number == 7 ? "7 still" : "\(number)")")
      },
      .defence("remove-first", "the callback removes the entry before it lets C free") { witness in
        let registry = Registry()
        let alice = Session.open(
          7,
          closed: { context, session in
            guard let context, let session else { return }
            // Held by the function below until the session has ended.
            Unmanaged<Registry>.fromOpaque(context).takeUnretainedValue().forget(session)
          }, context: Unmanaged.passUnretained(registry).toOpaque())
        return withExtendedLifetime(registry) {
          registry.sessions["alice"] = alice
          lab_session_hang_up(alice)
          witness.picture("the map after the callback", registry.sessions.svg(limit: 16))
          return registry.sessions["alice"] == nil
            ? Ending(.nothing, "the look-up finds nothing: the entry left before the memory")
            : Ending(.staleData, "the entry is still there")
        }
      },
      .defence("handle", "HandleTable: C and the map have a handle, which is stale when the session has gone") { _ in
        let sessions = BucketMap<String, Handle<RemoteSession>>()
        let session = RemoteSession()
        let handle = try RemoteSession.table.insert(session)
        let pointer = Session.open(
          7, closed: { context, _ in if let handle = Handle<RemoteSession>(context) { RemoteSession.ended(handle) } },
          context: handle.context)
        session.pointer = pointer
        sessions["alice"] = handle
        lab_session_hang_up(pointer)
        guard let found = sessions["alice"] else { return Ending(.nothing, "the entry has gone") }
        let number = try RemoteSession.table.withObject(found) { $0.pointer.map { lab_session_number($0) } }
        return Ending(.staleData, "the old handle leads to session \(number ?? 0)")
      },
    ])

  private final class Registry {
    let sessions = BucketMap<String, OpaquePointer>()

    func forget(_ session: OpaquePointer) {
      for (name, known) in sessions where known == session { sessions[name] = nil }
    }
  }

  /// A session that C owns; its object ends when C says so.
  private final class RemoteSession: @unchecked Sendable {
    // Sendable holds as one thread uses it.
    static let table = HandleTable<RemoteSession>(name: "sessions")
    var pointer: OpaquePointer?

    static func ended(_ handle: Handle<RemoteSession>) {
      // A session that was ended before is no matter here.
      try? table.remove(handle)
    }
  }
}
