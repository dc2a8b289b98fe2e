// Runs many independent pieces of work on a few threads.
//
// The threads are made for one call and joined at its end: a check has a handful of such phases, each thousands of pieces long,
// so a pool that lives longer would gain nothing. They are plain pthreads because parsers and type checkers recurse with the
// depth of their input, and the stack of a pooled thread (512 KB) does not carry that. A piece is handed out by one number that
// counts up under a lock; with dependencies, a piece becomes ready when the last one that it waits for is done.

import Foundation

/// Runs pieces of work on a fixed number of threads with large stacks.
public struct ParallelQueue: Sendable {
  /// How many threads work at once.
  public let threads: Int
  /// The stack of each, in bytes.
  public let stackSize: Int

  /// A queue; by default as many threads as processors, with 64 MB of (reserved, not touched) stack each.
  public init(threads: Int = ProcessInfo.processInfo.activeProcessorCount, stackSize: Int = 64 << 20) {
    self.threads = max(1, threads)
    self.stackSize = stackSize
  }

  /// The results of `body` for each input, in the order of the inputs.
  public func map<Input, Output: Sendable>(_ inputs: [Input], _ body: @Sendable (Input) -> Output) -> [Output]
  where Input: Sendable {
    let results = ResultBuffer<Output>(count: inputs.count)
    forEach(count: inputs.count) { results.set($0, body(inputs[$0])) }
    return results.take()
  }

  /// The results of `body` for the numbers below `count`, in their order.
  ///
  /// - Parameter stride: how many neighbours make a piece of work: more than one where each takes less time than handing it out.
  public func map<Output: Sendable>(
    count: Int, stride: Int = 1, _ body: @Sendable (Int) -> Output
  ) -> [Output] {
    // Threads cost more than a few small pieces.
    if count <= stride { return (0..<count).map(body) }
    let results = ResultBuffer<Output>(count: count)
    forEach(count: (count + stride - 1) / stride) { piece in
      for number in piece * stride..<min(count, (piece + 1) * stride) { results.set(number, body(number)) }
    }
    return results.take()
  }

  /// Calls `body` once with each number below `count`; returns when all are done.
  public func forEach(count: Int, _ body: @Sendable (Int) -> Void) {
    run(Schedule(count: count), body)
  }

  /// Calls `body` once with each number below `dependencies.count`, each after all numbers that it depends on. Dependencies
  /// that form a cycle are an error of the caller; such numbers run last, in ascending order, so that no work is lost.
  public func forEach(dependencies: [[Int]], _ body: @Sendable (Int) -> Void) {
    run(Schedule(dependencies: dependencies), body)
  }

  private func run(_ schedule: Schedule, _ body: @Sendable (Int) -> Void) {
    let count = min(threads, schedule.count)
    guard count > 0 else { return }
    withoutActuallyEscaping(body) { body in
      let work: @Sendable () -> Void = {
        while let next = schedule.next() {
          body(next)
          schedule.finish(next)
        }
      }
      var handles: [pthread_t] = []
      for _ in 0..<count {
        if let handle = Self.spawn(stackSize: stackSize, work) { handles.append(handle) }
      }
      // Without any thread (a limit of the system), the caller does the work itself.
      if handles.isEmpty { work() }
      for handle in handles { pthread_join(handle, nil) }
    }
  }

  private final class Start: Sendable {
    let work: @Sendable () -> Void
    init(_ work: @escaping @Sendable () -> Void) { self.work = work }
  }

  private static func spawn(stackSize: Int, _ work: @escaping @Sendable () -> Void) -> pthread_t? {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setstacksize(&attributes, stackSize)
    // The thread takes the reference over; if none starts, it is given back below.
    let start = Unmanaged.passRetained(Start(work))
    #if canImport(Darwin)
      var handle: pthread_t?
      let result = pthread_create(&handle, &attributes, ParallelQueue.main, start.toOpaque())
    #else
      var handle = pthread_t()
      let result = pthread_create(&handle, &attributes, ParallelQueue.main, start.toOpaque())
    #endif
    guard result == 0 else {
      start.release()
      return nil
    }
    return handle
  }

  #if canImport(Darwin)
    private static let main: @convention(c) (UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? = { pointer in
      Unmanaged<Start>.fromOpaque(pointer).takeRetainedValue().work()
      return nil
    }
  #else
    private static let main: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { pointer in
      if let pointer { Unmanaged<Start>.fromOpaque(pointer).takeRetainedValue().work() }
      return nil
    }
  #endif
}

/// Hands out numbers in an order that respects dependencies.
private final class Schedule: @unchecked Sendable {
  // Unchecked: all mutable state is read and written under `mutex`.
  let count: Int
  private var mutex = pthread_mutex_t()
  private var condition = pthread_cond_t()
  private var ready: [Int]
  private var taken = 0
  private var running = 0
  private var waiting: [Int32] = []
  private var dependents: [[Int]] = []
  private let hasDependencies: Bool

  init(count: Int) {
    self.count = count
    ready = []
    hasDependencies = false
    pthread_mutex_init(&mutex, nil)
    pthread_cond_init(&condition, nil)
  }

  init(dependencies: [[Int]]) {
    count = dependencies.count
    hasDependencies = true
    waiting = [Int32](repeating: 0, count: count)
    dependents = [[Int]](repeating: [], count: count)
    for (number, needed) in dependencies.enumerated() {
      for other in Set(needed) where other != number {
        dependents[other].append(number)
        waiting[number] += 1
      }
    }
    ready = (0..<count).filter { [waiting] in waiting[$0] == 0 }
    pthread_mutex_init(&mutex, nil)
    pthread_cond_init(&condition, nil)
  }

  deinit {
    pthread_mutex_destroy(&mutex)
    pthread_cond_destroy(&condition)
  }

  func next() -> Int? {
    pthread_mutex_lock(&mutex)
    defer { pthread_mutex_unlock(&mutex) }
    guard hasDependencies else {
      guard taken < count else { return nil }
      defer { taken += 1 }
      return taken
    }
    while taken == ready.count {
      if taken == count { return nil }
      if running == 0 {
        // Only a cycle is left: free it.
        for number in 0..<count where waiting[number] > 0 {
          waiting[number] = 0
          ready.append(number)
        }
        break
      }
      pthread_cond_wait(&condition, &mutex)
    }
    defer {
      taken += 1
      running += 1
    }
    return ready[taken]
  }

  func finish(_ number: Int) {
    guard hasDependencies else { return }
    pthread_mutex_lock(&mutex)
    defer { pthread_mutex_unlock(&mutex) }
    running -= 1
    for dependent in dependents[number] where waiting[dependent] > 0 {
      waiting[dependent] -= 1
      if waiting[dependent] == 0 { ready.append(dependent) }
    }
    pthread_cond_broadcast(&condition)
  }
}

/// Results that several threads write, each its own slots.
private final class ResultBuffer<Output>: @unchecked Sendable {
  // Unchecked: each slot is written by exactly one thread, and read after all threads were joined.
  private let slots: UnsafeMutableBufferPointer<Output?>

  init(count: Int) {
    slots = .allocate(capacity: count)
    slots.initialize(repeating: nil)
  }

  deinit {
    slots.deinitialize()
    slots.deallocate()
  }

  func set(_ index: Int, _ value: Output) { slots[index] = value }

  func take() -> [Output] {
    slots.map { slot in
      guard let slot else { preconditionFailure("a piece of work was not run") }
      return slot
    }
  }
}
