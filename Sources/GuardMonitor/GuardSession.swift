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
    /// It was killed because its time was over.
    case timedOut
  }

  private let events: CInt
  private let process: pid_t
  private let auditSeconds: Double?
  private let timeLimit: Duration?
  /// The guarded processes that have not ended: their tables, and what looks into their maps.
  private var processes: [UInt32: (table: GuardTable, audit: GuardAudit)] = [:]
  /// Announces the ends of processes; -1 while there is none.
  private var exits: CInt = -1
  private var wasGuarded = false
  private var hasNoted = false

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
    auditSeconds = options.auditSeconds
    timeLimit = options.timeLimit
  }

  deinit {
    close(events)
    if exits >= 0 { close(exits) }
  }

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
    // So that maps of Swift can be read.
    environment["BELAY_TRACE"] = environment["BELAY_TRACE"].map { "\($0),maps=1" } ?? "maps=1"
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

  /// Tells a function of each fault, while the process is held at it, and of each map that holds freed memory, until the program has ended; with an audit, until all that it started has
  /// ended too.
  ///
  /// - Throws: When the guard was never loaded, once the program has ended.
  public func run(onReport report: (GuardReport) -> Void) throws(GuardFailure) -> End {
    var end: End?
    let start = ContinuousClock.now
    var lastLook = start
    while end == nil || exits >= 0 {
      var requests = [events, exits].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
      _ = poll(&requests, 2, 50)
      while let event = nextEvent() { handle(event, report) }
      handleExits(requests[1], report)
      if let auditSeconds, ContinuousClock.now - lastLook >= .seconds(auditSeconds) {
        for process in processes.keys.sorted() { audit(process, .running, report) }
        // From the end of the look on, so that a long one is not followed by the next at once.
        lastLook = .now
      }
      end = end ?? status()
      if let timeLimit, end == nil, ContinuousClock.now - start >= timeLimit {
        // It has not been waited for: the number is still its own.
        kill(process, SIGKILL)
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        end = .timedOut
      }
    }
    // What was written before the end and not read yet.
    while let event = nextEvent() { handle(event, report) }
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

  private func handle(_ event: belay_guard_event, _ report: (GuardReport) -> Void) {
    let process = event.process
    switch event.kind {
    case BELAY_GUARD_HELLO.rawValue:
      processes[process] = GuardTable(process: process, descriptor: event.descriptor).map {
        ($0, GuardAudit(process: process))
      }
      // One for the program and for all that it starts.
      if auditSeconds != nil, exits < 0 { announceExits(of: process, report) }
      wasGuarded = true
    case BELAY_GUARD_EXITS.rawValue:
      exits = belay_exits_take(process, CInt(bitPattern: event.descriptor))
    case BELAY_GUARD_GOODBYE.rawValue:
      // It ends in a moment; where that is announced, the last look is then.
      if auditSeconds != nil, exits < 0 { audit(process, .end, report) }
    default:
      if let fault = GuardFault(event, in: processes[process]?.table) { report(.fault(fault)) }
    }
    processes[process]?.table.resume(after: event.number)
    if event.kind == BELAY_GUARD_GOODBYE.rawValue, exits < 0 { processes[process] = nil }
  }

  private func announceExits(of process: UInt32, _ report: (GuardReport) -> Void) {
    guard let table = processes[process]?.table else { return }
    if table.canTakeFiles {
      table.holdExits()
    } else if !hasNoted {
      hasNoted = true
      report(
        .note(
          "the system does not announce the end of process \(process): the last look at a Go program is that of the last interval; it takes Linux 5.6, and permission to trace processes"
        ))
    }
  }

  /// Looks at the processes that wait at their ends, and lets them end.
  private func handleExits(_ request: pollfd, _ report: (GuardReport) -> Void) {
    guard request.fd >= 0 else { return }
    var request = request
    var exit = belay_exit()
    while request.revents & Int16(POLLIN) != 0, belay_exits_next(request.fd, &exit) != 0 {
      if let process = Self.process(of: exit.thread) {
        audit(process, .end, report)
        processes[process] = nil
      }
      belay_exits_allow(request.fd, &exit)
      _ = poll(&request, 1, 0)
    }
    if request.revents & Int16(POLLHUP) != 0 {
      close(exits)
      exits = -1
    }
  }

  private static func process(of thread: UInt32) -> UInt32? {
    guard let status = try? String(contentsOfFile: "/proc/\(thread)/status", encoding: .utf8) else { return nil }
    let line = status.split(separator: "\n").first { $0.hasPrefix("Tgid:") }
    return line.flatMap { UInt32($0.dropFirst(5).trimmingCharacters(in: .whitespaces)) }
  }

  private func audit(_ process: UInt32, _ moment: GuardHolding.Moment, _ report: (GuardReport) -> Void) {
    guard let table = processes[process]?.table, table.isRunning else {
      processes[process] = nil
      return
    }
    processes[process]?.audit.look(table, moment).forEach(report)
  }
}
