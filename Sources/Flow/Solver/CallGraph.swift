// The call graph.
//
// Nodes are the functions that have a body here. An edge says that one function may run another: it calls it (directly, at its exits,
// or on a thread of its own), or hands it over as a function value in the arguments of a call. Callees are resolved as far as the source
// says who they are:
//   functions        by their full name;
//   interface methods by `Unit.implementations`, which lists a method only when all bodies that can be meant are known;
//   function values   when every assignment to the variable (or, of a captured one, to the variable of the enclosing function) is a
//                     function literal or a named function.
// The strongly connected components come out of Tarjan's algorithm (R. Tarjan, "Depth-first search and linear graph algorithms", 1972)
// in an order in which callees precede their callers: the order in which summaries are made.

/// Who may call whom.
public struct CallGraph: Sendable {
  /// One function may run another.
  public struct Edge: Sendable, Hashable {
    /// The caller.
    public var caller: FunctionID
    /// The index of the call in `Function.calls` of the caller.
    public var call: Int32
    /// The function that runs.
    public var callee: FunctionID
    /// When it runs.
    public var mode: Call.Mode
    /// Whether it is handed over in an argument, to be called by the callee; otherwise it is the callee itself.
    public var isArgument: Bool
  }

  /// All edges, ordered by caller, then call.
  public let edges: [Edge]
  /// The strongly connected components, callees before callers.
  public let components: [[FunctionID]]
  /// For each function whether C can get into it: it is exported, handed to C as a callback, or called by such a function.
  public let isReachableFromC: [Bool]
  /// For each function whether it is used as a value, so that calls of it may not show as edges.
  public let isAddressTaken: [Bool]
  /// Calls whose callee is not, or not completely, known, as indices in `Function.calls`, for each function.
  private let unresolved: [Set<Int32>]
  private let outgoingStarts: [Int32]
  private let incomingStarts: [Int32]
  private let incoming: [Int32]

  /// The edges that leave a function.
  public func outgoing(_ function: FunctionID) -> ArraySlice<Edge> {
    let index = Int(function.rawValue)
    return edges[Int(outgoingStarts[index])..<Int(outgoingStarts[index + 1])]
  }

  /// The edges that reach a function.
  public func incoming(_ function: FunctionID) -> [Edge] {
    let index = Int(function.rawValue)
    return incoming[Int(incomingStarts[index])..<Int(incomingStarts[index + 1])].map { edges[Int($0)] }
  }

  /// The functions that one call may run as its callee.
  public func targets(of function: FunctionID, call: Int32) -> [FunctionID] {
    var result: [FunctionID] = []
    for edge in outgoing(function) where edge.call == call && !edge.isArgument { result.append(edge.callee) }
    return result
  }

  /// Whether the targets of a call are all that can be meant. Calls of C and of libraries count as resolved: they have no body here.
  public func isResolved(_ function: FunctionID, call: Int32) -> Bool {
    !unresolved[Int(function.rawValue)].contains(call)
  }

  /// Builds the graph. Complexity: linear in instructions and edges.
  public init(_ program: Program, queue: ParallelQueue = ParallelQueue()) {
    let count = program.functionCount
    let perFunction = queue.map(count: count, stride: 256) { number in
      Self.edges(of: FunctionID(rawValue: Int32(number)), in: program)
    }
    var edges: [Edge] = []
    var starts: [Int32] = [0]
    var taken = [Bool](repeating: false, count: count)
    for found in perFunction {
      edges.append(contentsOf: found.edges)
      starts.append(Int32(edges.count))
      for function in found.taken { taken[Int(function.rawValue)] = true }
    }
    self.edges = edges
    outgoingStarts = starts
    isAddressTaken = taken
    unresolved = perFunction.map(\.unresolved)

    var incomingCounts = [Int32](repeating: 0, count: count + 1)
    for edge in edges { incomingCounts[Int(edge.callee.rawValue) + 1] += 1 }
    for index in 0..<count { incomingCounts[index + 1] += incomingCounts[index] }
    incomingStarts = incomingCounts
    var next = incomingCounts
    var incoming = [Int32](repeating: 0, count: edges.count)
    for (index, edge) in edges.enumerated() {
      let callee = Int(edge.callee.rawValue)
      incoming[Int(next[callee])] = Int32(index)
      next[callee] += 1
    }
    self.incoming = incoming
    components = Self.components(count: count, edges: edges, starts: starts)
    isReachableFromC = Self.reachableFromC(program, edges: edges, starts: starts)
  }

  private static func reachableFromC(_ program: Program, edges: [Edge], starts: [Int32]) -> [Bool] {
    var reachable = [Bool](repeating: false, count: program.functionCount)
    var pending: [Int] = []
    func reach(_ id: FunctionID) {
      if !reachable[Int(id.rawValue)] {
        reachable[Int(id.rawValue)] = true
        pending.append(Int(id.rawValue))
      }
    }
    for id in program.functionIDs where program.function(id).isExportedToC { reach(id) }
    for edge in edges where edge.isArgument {
      if case .foreign = program.function(edge.caller).calls[Int(edge.call)].callee { reach(edge.callee) }
    }
    while let function = pending.popLast() {
      for edge in edges[Int(starts[function])..<Int(starts[function + 1])] { reach(edge.callee) }
    }
    return reachable
  }

  /// Tarjan's algorithm with a stack of its own, so that deep call chains cannot overflow the thread's.
  private static func components(count: Int, edges: [Edge], starts: [Int32]) -> [[FunctionID]] {
    var result: [[FunctionID]] = []
    var index = [Int32](repeating: -1, count: count)
    var low = [Int32](repeating: 0, count: count)
    var isOnStack = [Bool](repeating: false, count: count)
    var stack: [Int] = []
    var frames: [(node: Int, edge: Int)] = []
    var counter: Int32 = 0
    for root in 0..<count where index[root] < 0 {
      frames.append((root, Int(starts[root])))
      index[root] = counter
      low[root] = counter
      counter += 1
      stack.append(root)
      isOnStack[root] = true
      while let frame = frames.last {
        if frame.edge < Int(starts[frame.node + 1]) {
          frames[frames.count - 1].edge += 1
          let callee = Int(edges[frame.edge].callee.rawValue)
          if index[callee] < 0 {
            index[callee] = counter
            low[callee] = counter
            counter += 1
            stack.append(callee)
            isOnStack[callee] = true
            frames.append((callee, Int(starts[callee])))
          } else if isOnStack[callee] {
            low[frame.node] = min(low[frame.node], index[callee])
          }
        } else {
          frames.removeLast()
          if let parent = frames.last { low[parent.node] = min(low[parent.node], low[frame.node]) }
          if low[frame.node] == index[frame.node] {
            var component: [FunctionID] = []
            while let member = stack.popLast() {
              isOnStack[member] = false
              component.append(FunctionID(rawValue: Int32(member)))
              if member == frame.node { break }
            }
            result.append(component.sorted())
          }
        }
      }
    }
    return result
  }
}
