import CGuard
import Foundation
import Glibc

/// A program that runs under the guard, and what the guard says about it.
public final class GuardSession {
  /// How a program ended.
  public enum End: Sendable, Equatable {
    /// By itself, with a status.
    case exited(Int32)
    /// By a signal.
    case killed(signal: Int32)
  }

  private let events: CInt
  private let process: pid_t
  private var tables: [UInt32: GuardTable] = [:]
  private var wasGuarded = false

  /// Starts a program under the guard, with this process's standard streams.
  ///
  /// - Parameters:
  ///   - command: The program, looked up in PATH, and its arguments.
  ///   - library: The guard, `libBelayGuard.so`.
  /// - Throws: When there is no such program or library, or the system starts no more processes.
  public init(_ command: [String], library: String, options: GuardOptions) throws(GuardFailure) {
    guard let program = command.first else {
      throw GuardFailure("there is nothing to run", "no command was given", "write it behind '--'")
    }
    guard access(library, R_OK) == 0 else {
      throw GuardFailure(
        "cannot load the guard", "there is no \(library)", "build it with 'dev/guard-library FOLDER', beside belay")
    }
    var ends: [CInt] = [0, 0]
    guard pipe(&ends) == 0 else {
      throw GuardFailure("cannot make a pipe", String(cString: strerror(errno)), "close something, and try again")
    }
    // The program gets its own copy of the writing end, under another number.
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    defer { close(ends[1]) }
    do {
      process = try Self.start(command, program, ends[1], library, options)
    } catch {
      close(ends[0])
      throw error
    }
    events = ends[0]
  }

  deinit { close(events) }

  private static func start(
    _ command: [String], _ program: String, _ events: CInt, _ library: String, _ options: GuardOptions
  ) throws(GuardFailure) -> pid_t {
    // A number that programs do not use for themselves, so that the pipe survives what they open and close.
    let descriptor: CInt = 198
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, events, descriptor)
    var environment = ProcessInfo.processInfo.environment
    environment["LD_PRELOAD"] = environment["LD_PRELOAD"].map { "\(library):\($0)" } ?? library
    environment["BELAY_GUARD"] = options.environment(events: descriptor)
    var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
    var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { (arguments + variables).forEach { free($0) } }
    var process: pid_t = 0
    let result = posix_spawnp(&process, program, &actions, nil, &arguments, &variables)
    guard result == 0 else {
      throw GuardFailure(
        "cannot run \(program)", String(cString: strerror(result)),
        "give a program that can be run, with its path if it is not in PATH")
    }
    return process
  }

  /// Tells a function of each fault, while the process is held at it, until the program has ended.
  ///
  /// - Throws: When the guard was never loaded, once the program has ended.
  public func run(onFault: (GuardFault) -> Void) throws(GuardFailure) -> End {
    var end: End?
    while end == nil {
      var request = pollfd(fd: events, events: Int16(POLLIN), revents: 0)
      _ = poll(&request, 1, 50)
      while let event = nextEvent() { handle(event, onFault) }
      end = status()
    }
    // What was written before the end and not read yet.
    while let event = nextEvent() { handle(event, onFault) }
    guard wasGuarded else {
      throw GuardFailure(
        "the guard was not loaded",
        "the program is linked statically, or has privileges of its own, or drops LD_PRELOAD",
        "run a dynamically linked program; a Go program has to use cgo")
    }
    return end ?? .exited(0)
  }

  private func status() -> End? {
    var status: Int32 = 0
    guard waitpid(process, &status, WNOHANG) == process else { return nil }
    let signal = status & 0x7f
    return signal == 0 ? .exited((status >> 8) & 0xff) : .killed(signal: signal)
  }

  /// The next event in the pipe; nil if there is none now.
  private func nextEvent() -> belay_guard_event? {
    var request = pollfd(fd: events, events: Int16(POLLIN), revents: 0)
    guard poll(&request, 1, 0) == 1, request.revents & Int16(POLLIN) != 0 else { return nil }
    var event = belay_guard_event()
    let size = MemoryLayout<belay_guard_event>.size
    // Events are smaller than what a pipe takes in one piece: one is there whole, or not at all.
    guard read(events, &event, size) == size, event.magic == BELAY_GUARD_MAGIC else { return nil }
    return event
  }

  private func handle(_ event: belay_guard_event, _ onFault: (GuardFault) -> Void) {
    switch event.kind {
    case BELAY_GUARD_HELLO.rawValue:
      tables[event.process] = GuardTable(process: event.process, descriptor: event.descriptor)
      wasGuarded = true
    case BELAY_GUARD_GOODBYE.rawValue:
      break
    default:
      if let fault = GuardFault(event, in: tables[event.process]) { onFault(fault) }
    }
    tables[event.process]?.resume(after: event.number)
    if event.kind == BELAY_GUARD_GOODBYE.rawValue { tables[event.process] = nil }
  }
}
