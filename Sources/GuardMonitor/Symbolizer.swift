import CGuard
import Foundation
import StackTraces

/// Finds out what a process's addresses are: functions by the symbol tables of its files, and source lines by llvm-symbolizer where that is installed (it comes with the Swift
/// toolchain).
struct Symbolizer {
  private let modules: LoadedModules

  /// A symbolizer for a process as it is now.
  init(process: UInt32) { modules = LoadedModules.of(process: Int32(bitPattern: process)) }

  /// What is known about the calls of stacks. An inlined call is a frame of its own.
  ///
  /// - Parameter stacks: The stacks, each with whether its first address is of an instruction, not one that a call returns to.
  func frames(_ stacks: [(stack: belay_guard_stack, isInterrupted: Bool)]) -> [[GuardFrame]] {
    let addresses = stacks.map { stack, isInterrupted in
      withUnsafeBytes(of: stack.frames) { Array($0.bindMemory(to: UInt64.self)) }.prefix { $0 != 0 }
        // A call's return address can belong to the next line, or the next function.
        .enumerated().map { $0 == 0 && isInterrupted ? $1 : $1 - 1 }
    }
    var lines = SourceLines.of(addresses.joined().map { modules.fileAddress(of: $0) })[...]
    return addresses.map { stack in stack.flatMap { frames(at: $0, lines.removeFirst()) } }
  }

  /// Stacks and blocks with what is known about all their calls.
  func tell(
    _ stacks: [(thread: UInt32, stack: belay_guard_stack, isInterrupted: Bool)], blocks: [belay_guard_block]
  ) -> (stacks: [GuardStack], blocks: [GuardBlock]) {
    var calls = stacks.map { ($0.stack, $0.isInterrupted) }
    for block in blocks {
      calls.append((block.allocated, false))
      if block.freed_at != 0 { calls.append((block.freed, false)) }
    }
    var known = frames(calls)[...]
    let told = stacks.map { GuardStack(thread: $0.thread, frames: known.removeFirst()) }
    return (
      told,
      blocks.map { block in
        GuardBlock(
          address: block.address, size: block.size,
          allocated: GuardStack(thread: block.allocated_by, frames: known.removeFirst()),
          freed: block.freed_at != 0 ? GuardStack(thread: block.freed_by, frames: known.removeFirst()) : nil)
      }
    )
  }

  private func frames(at address: UInt64, _ lines: [SourceLines.Line]) -> [GuardFrame] {
    let module = modules.module(at: address)?.path
    let function = modules.function(at: address)?.name
    guard !lines.isEmpty else {
      return [GuardFrame(address: address, module: module, function: function, file: nil, line: nil)]
    }
    return lines.enumerated().map { index, line in
      // The outermost of several inlined calls is the function that the symbol table knows, with the better name.
      let name = index == lines.count - 1 ? function ?? line.function : line.function
      return GuardFrame(address: address, module: module, function: name, file: line.file, line: line.line)
    }
  }
}
