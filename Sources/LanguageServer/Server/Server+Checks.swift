import Checker
import Foundation

extension Server {
  /// Something changed in the project of a path: what is known is outdated, and there will be a new check.
  func touch(_ path: String, after pause: Duration) {
    guard let root = project(of: path) else { return }
    projects[root]?.generation += 1
    schedule(root, after: pause)
  }

  /// Checks a project after a pause; a later call takes the place of an earlier one.
  func schedule(_ root: String, after pause: Duration) {
    projects[root]?.delay?.cancel()
    projects[root]?.run?.flag.set()
    projects[root]?.delay = Task {
      if pause > .zero {
        // Cancelled: a later edit has its own pause.
        do { try await Task.sleep(for: pause) } catch { return }
      }
      if !Task.isCancelled { self.begin(root) }
    }
  }

  /// Ends the pause and the check of a project.
  func stop(_ root: String) {
    projects[root]?.delay?.cancel()
    projects[root]?.delay = nil
    projects[root]?.run?.flag.set()
  }

  /// Begins the check, unless one of this very generation is under way or done.
  private func begin(_ root: String) {
    guard case .running = phase, let project = projects[root], !project.isSettled else { return }
    projects[root]?.delay = nil
    // One that was told to stop begins anew when it has ended.
    if project.run != nil { return }
    let job = job(project)
    let flag = CancellationFlag()
    projects[root]?.run = Project.Run(flag: flag)
    if project.result == nil { createProgress(root) }
    Task {
      let check = self.check
      let result = await BackgroundThread.run {
        check(job, { flag.isSet }) { text in Task { await self.report(text, root) } }
      }
      self.finish(root, flag, job.generation, result)
    }
  }

  private func finish(
    _ root: String, _ flag: CancellationFlag, _ generation: Int, _ result: AnalysisResult?
  ) {
    // A project that was removed and added meanwhile has another run.
    guard projects[root]?.run?.flag === flag else { return }
    projects[root]?.run = nil
    guard let result, projects[root]?.generation == generation else {
      // Outdated. If the pause is over already, nobody else begins.
      if projects[root]?.delay == nil { begin(root) }
      return
    }
    projects[root]?.result = result
    endProgress(root)
    publishAll(root)
    for (ticket, waiter) in waiters where waiter.root == root {
      waiters[ticket] = nil
      waiter.continuation.resume()
    }
  }

  /// Waits until the outcome of a project is that of the newest text; nil when there is no such project any more.
  func settled(_ root: String) async throws -> AnalysisResult? {
    while let project = projects[root] {
      try Task.checkCancellation()
      if project.isSettled { return project.result }
      // Whoever asks does not want to wait for further edits.
      if project.run == nil {
        project.delay?.cancel()
        begin(root)
      }
      let ticket = nextTicket()
      try await withTaskCancellationHandler {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
          if Task.isCancelled {
            continuation.resume(throwing: CancellationError())
          } else {
            waiters[ticket] = (root, continuation)
          }
        }
      } onCancel: {
        Task { await self.drop(ticket) }
      }
    }
    return nil
  }

  private func drop(_ ticket: Int) {
    waiters.removeValue(forKey: ticket)?.continuation.resume(throwing: CancellationError())
  }

  // MARK: Progress

  private func createProgress(_ root: String) {
    guard capabilities?.window?.workDoneProgress == true else { return }
    let token = RequestID.string("belay-progress-\(nextTicket())")
    ask("window/workDoneProgress/create", LSP.WorkDoneProgressCreateParams(token: token)) { server, body in
      // The check may have ended before the client answered.
      guard body != nil, server.projects[root]?.run != nil else { return }
      server.beginProgress(token, root)
    }
  }

  /// Tells the client that work on a project begins.
  func beginProgress(_ token: RequestID, _ root: String) {
    projects[root]?.progressTokens.insert(token)
    let title = "Checking \((root as NSString).lastPathComponent)"
    notify("$/progress", LSP.ProgressParams(token: token, value: .init(kind: "begin", title: title)))
  }

  private func report(_ text: String, _ root: String) {
    for token in projects[root]?.progressTokens ?? [] {
      notify("$/progress", LSP.ProgressParams(token: token, value: .init(kind: "report", message: text)))
    }
  }

  private func endProgress(_ root: String) {
    for token in projects[root]?.progressTokens ?? [] { endProgress(token, root) }
  }

  /// Tells the client that a piece of work has ended, once.
  func endProgress(_ token: RequestID, _ root: String) {
    guard projects[root]?.progressTokens.remove(token) != nil else { return }
    notify("$/progress", LSP.ProgressParams(token: token, value: .init(kind: "end")))
  }
}
