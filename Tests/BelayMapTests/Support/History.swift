import BelayMap
import Synchronization

/// What threads did with one key of a `ConcurrentMap`, and whether that can have happened one after the other.
struct History {
  /// An operation and what it returned.
  enum Step: Equatable, Sendable {
    case load(Int?)
    case store(Int)
    case swap(Int, was: Int?)
    case remove(was: Int?)
    case clear
    case loadOrStore(Int, now: Int, loaded: Bool)
    case compareAndSwap(from: Int, to: Int, done: Bool)
    case compareAndRemove(Int, done: Bool)
    case increment(now: Int?)

    /// The value afterwards, if the step can have happened to a value; nil if not.
    func apply(to value: Int?) -> (value: Int?, ())? {
      switch self {
      case .load(let result): result == value ? (value, ()) : nil
      case .store(let new): (new, ())
      case .swap(let new, let was): was == value ? (new, ()) : nil
      case .remove(let was): was == value ? (nil, ()) : nil
      case .clear: (nil, ())
      case .loadOrStore(let new, let now, let loaded):
        if let value { loaded && now == value ? (value, ()) : nil } else { !loaded && now == new ? (new, ()) : nil }
      case .compareAndSwap(let from, let to, let done):
        done ? (value == from ? (to, ()) : nil) : (value == from ? nil : (value, ()))
      case .compareAndRemove(let from, let done):
        done ? (value == from ? (nil, ()) : nil) : (value == from ? nil : (value, ()))
      case .increment(let now): now == (value ?? 0) + 1 ? (now, ()) : nil
      }
    }
  }

  struct Event: Sendable {
    let step: Step
    let called: Int
    let returned: Int
  }

  /// Whether there is an order of the events that keeps to when they were called and returned and explains each result (Wing and Gong's search).
  static func isLinearizable(_ events: [Event]) -> Bool {
    precondition(events.count < 64)
    struct Situation: Hashable {
      let done: UInt64
      let value: Int?
    }
    var seen: Set<Situation> = []
    func search(_ done: UInt64, _ value: Int?) -> Bool {
      if done.nonzeroBitCount == events.count { return true }
      guard seen.insert(Situation(done: done, value: value)).inserted else { return false }
      let left = events.indices.filter { done & (1 << UInt64($0)) == 0 }
      let firstReturn = left.map { events[$0].returned }.min() ?? 0
      for index in left where events[index].called < firstReturn {
        if let (next, _) = events[index].step.apply(to: value), search(done | 1 << UInt64(index), next) { return true }
      }
      return false
    }
    return search(0, nil)
  }
}
