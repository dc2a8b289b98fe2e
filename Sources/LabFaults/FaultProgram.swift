import Belay
import CLab
import Glibc

/// A process that runs one variant of one scenario, and says what happened.
public enum FaultProgram {
  /// Runs a variant. It may crash; that is what it is for.
  ///
  /// - Returns: The status to exit with: 0 when it came to its end, 2 when there is no such variant.
  public static func run(scenario: String, variant: String) -> Int32 {
    guard
      let found = FaultScenario.all.first(where: { $0.name == scenario })?.variants.first(where: { $0.name == variant })
    else { return 2 }
    // If whoever started it has gone, a program that hangs ends all the same.
    alarm(300)
    lab_announce_faults()
    let witness = Witness()
    do {
      witness.say(try found.body(witness).line)
      return 0
    } catch {
      guard let text = refusal(error) else {
        witness.say("error: \(error)")
        return 1
      }
      witness.say(Ending(.caught, text).line)
      return 0
    }
  }

  /// What a library's type said when it refused; nil for errors that are none of theirs.
  private static func refusal(_ error: any Error) -> String? {
    switch error {
    case is HandleError, is TrackedMemoryError, is ForeignResourceError, is UnsafeBucketsError, is MapMisuse:
      "\(type(of: error)): \(error)"
    default: nil
    }
  }
}
