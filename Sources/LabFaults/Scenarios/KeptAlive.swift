import Belay
import CLab

extension FaultScenario {
  /// Scenario 12.
  static let keptAlive = FaultScenario(
    number: 12, name: "kept-alive", title: "a closure that keeps a map alive",
    explanation: """
      A closure that was registered somewhere has captured the map. The program lets go of its own reference, and the memory stays, with all that the entries hold: nothing has gone wrong that a tool could see. \
      The pages of the buckets that are in memory before and after say whether the map went.
      """,
    variants: [
      .fault("closure", "a registered closure has captured the map") { witness in
        try measured(witness) { map in Callbacks.registered.value.append { map.count } }
      },
      .defence("weak", "the closure holds the map weakly") { witness in
        try measured(witness) { map in Callbacks.registered.value.append { [weak map] in map?.count ?? 0 } }
      },
      .defence("unregistered", "the closure is taken out before") { witness in
        try measured(witness) { map in
          Callbacks.registered.value.append { map.count }
          Callbacks.registered.value.removeAll()
        }
      },
      .defence("cancelled", "CallbackContexts: cancel lets go of what the closure has captured") { witness in
        try measured(witness) { map in
          let kept = Unlocked(map)
          let context = try Callbacks.contexts.register { _ = kept.value.count }
          context.cancel()
        }
      },
    ])

  private enum Callbacks {
    static let registered = Unlocked<[() -> Int]>([])
    static let contexts = CallbackContexts<@Sendable () -> Void>(name: "callbacks")
  }

  /// Makes a map, has it kept by something, lets go of it, and looks at the pages of its buckets.
  private static func measured(_ witness: Witness, _ keep: (BucketMap<Int, Int>) throws -> Void) throws -> Ending {
    Sweeper.shared.mode = .atOnce
    let pages = try { () throws -> BucketPages in
      let map = BucketMap<Int, Int>()
      for key in 0..<100_000 { map[key] = key }
      map.settle()
      try keep(map)
      return BucketPages(map)
    }()
    return pages.ending("the map was let go", witness)
  }
}
