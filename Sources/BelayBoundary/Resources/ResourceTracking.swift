import Synchronization

/// Whether foreign resources remember the stacks of where they were made and released.
///
/// Off by default: a stack costs microseconds. On, an error says where the resource went.
public enum ResourceTracking {
  private static let isOn = Atomic<Bool>(false)

  /// Whether resources that are made from now on remember stacks.
  public static var isEnabled: Bool {
    get { isOn.load(ordering: .relaxed) }
    set { isOn.store(newValue, ordering: .relaxed) }
  }
}
