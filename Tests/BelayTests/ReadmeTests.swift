// Nothing of Belay but the umbrella: what the README shows must need no other import.
import Belay
import Testing

/// The sample of the README, with a C library's part played by a function.
@Suite struct ReadmeTests {
  private final class Session: Sendable {
    func receive(_ bytes: [UInt8]) -> Int { bytes.count }
  }

  @Test func maps() {
    let names = BucketMap<UInt64, String>()
    names[7] = "alice"
    for (id, name) in names { names[id] = name.uppercased() }
    #expect(names[7] == "ALICE")
  }

  @Test func handles() throws {
    var registered: UnsafeMutableRawPointer?
    func register(_ callback: (UnsafeMutableRawPointer?) -> Void, _ context: UnsafeMutableRawPointer) {
      registered = context
    }
    let bytes: [UInt8] = [1, 2, 3]

    let sessions = HandleTable<Session>(name: "sessions")
    let handle = try sessions.insert(Session())
    register({ _ in }, handle.context)
    let context = try #require(registered)
    let found = try #require(Handle<Session>(context))
    #expect(try sessions.withObject(found) { $0.receive(bytes) } == 3)
    try sessions.remove(handle)
    #expect(throws: HandleError.stale(handle.rawValue)) { try sessions.withObject(found) { $0.receive(bytes) } }
  }
}
