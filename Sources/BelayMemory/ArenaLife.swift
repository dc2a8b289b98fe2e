import CEpoch
import Locks

/// Whether an arena is still there: a word that outlives it, for what points into it without holding it.
///
/// Words are used again for other arenas; each use has a number of its own.
@usableFromInline
struct ArenaLife: @unchecked Sendable {
  // Sendable holds because the word is reached by atomic operations.
  @usableFromInline let word: UnsafeMutablePointer<UInt32>
  @usableFromInline let generation: UInt32

  private final class Words: @unchecked Sendable {
    // Sendable holds because all of it is reached under the lock.
    let mutex = Mutex()
    var free: [UnsafeMutablePointer<UInt32>] = []
    /// Of each word the arena that had it last.
    var names: [UnsafeMutablePointer<UInt32>: String] = [:]
  }

  private static let words = Words()

  /// What is never over.
  @usableFromInline static let always: ArenaLife = {
    let word = UnsafeMutablePointer<UInt32>.allocate(capacity: 1)
    word.initialize(to: 0)
    return ArenaLife(word: word, generation: 0)
  }()

  @usableFromInline
  init(word: UnsafeMutablePointer<UInt32>, generation: UInt32) {
    self.word = word
    self.generation = generation
  }

  /// The life of a new arena.
  static func begin(name: String) -> ArenaLife {
    words.mutex.locked {
      var word = words.free.popLast()
      if word == nil {
        word = .allocate(capacity: 1)
        word?.initialize(to: 0)
      }
      guard let word else { preconditionFailure("Belay: no word for an arena") }
      words.names[word] = name
      return ArenaLife(word: word, generation: belay_epoch_load(word))
    }
  }

  func end() {
    Self.words.mutex.locked {
      belay_epoch_store(word, generation &+ 1)
      Self.words.free.append(word)
    }
  }

  @inlinable @inline(__always)
  var isOver: Bool { belay_epoch_load(word) != generation }

  /// Stops the process with the name of the arena, if its word has not been taken by others since.
  @usableFromInline @inline(never)
  func trap(_ what: String) -> Never {
    let name = Self.words.mutex.locked {
      belay_epoch_load(word) == generation &+ 1 ? Self.words.names[word] : nil
    }
    let arena = name.map { "the arena '\($0)'" } ?? "an arena"
    fatalError("Belay: use of \(what) of \(arena) after it was freed")
  }
}
