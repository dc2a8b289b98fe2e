// What C functions do to memory, from their bodies.
//
// Functions are taken callees first, in the strongly connected components of the call graph (Tarjan, "Depth-first search and linear graph
// algorithms", SIAM J. Comput. 1972), so that `destroy(p)`, which calls `release(p)`, which calls `free(p)`, is known to free. Inside a component a
// function that is not known yet ends the way that calls it, which makes the rounds climb from below to the least fixpoint: a recursive `free_list` frees.
// Each body is walked along its paths (`CFunctionWalk`). Callees without a body are asked from the models; names alone say nothing of a body.

import Flow

struct CSummaries {
  /// Rounds in which a component must come to rest; effects only grow, so more are not needed in practice.
  private static let maximumRounds = 8

  let known: [String: ForeignFunction]

  /// - Parameter memory: summaries of functions that other packages of the check share; those that are new are noted in it.
  init(_ functions: [CFunction], knowledge: any ForeignKnowledge, memory: CSummaryMemory = CSummaryMemory()) {
    var known: [String: ForeignFunction] = [:]
    // The same few functions are called all over, and a look into the models takes a name apart.
    var models: [String: CFunctionWalk.Callee] = [:]
    var numbers: [String: Int] = [:]
    for (number, function) in functions.enumerated() { numbers[function.name] = number }
    let callees = functions.map { function in
      Set(function.nodes.lazy.filter { $0.kind == .function }.compactMap { numbers[function.names[Int($0.name)]] })
        .sorted()
    }
    for component in Self.components(callees) {
      let others = Set(component.flatMap { callees[$0] }).subtracting(component).sorted()
      let key = CSummaryMemory.Key(
        component.map { functions[$0].origin }, others.map { known[functions[$0].name] })
      if let found = key.flatMap({ memory[$0] }) {
        for (number, summary) in zip(component, found) { known[functions[number].name] = summary }
        continue
      }
      let names = Set(component.map { functions[$0].name })
      for _ in 0..<Self.maximumRounds {
        var changed = false
        for number in component {
          let function = functions[number]
          var walk = CFunctionWalk(function) { name in
            if let own = known[name] { return .known(own) }
            if names.contains(name) { return .later }
            if let known = models[name] { return known }
            let model = knowledge.function(named: name).flatMap { $0.confidence == .name ? nil : $0 }
            let callee = model.map(CFunctionWalk.Callee.known) ?? .unknown
            models[name] = callee
            return callee
          }
          let summary = walk.run()
          if known[function.name] != summary {
            known[function.name] = summary
            changed = true
          }
        }
        if !changed || component.count == 1 && !callees[component[0]].contains(component[0]) { break }
      }
      if let key { memory.note(component.compactMap { known[functions[$0].name] }, for: key) }
    }
    self.known = known
  }

  /// The strongly connected components of a graph, each after those that it leads to. Without recursion: chains of calls are as long as the source likes.
  static func components(_ successors: [[Int]]) -> [[Int]] {
    var result: [[Int]] = []
    var index = Array(repeating: -1, count: successors.count)
    var low = index
    var isOnStack = Array(repeating: false, count: successors.count)
    var stack: [Int] = []
    var next = 0
    for root in successors.indices where index[root] < 0 {
      var path: [(node: Int, position: Int)] = [(root, 0)]
      while let (node, position) = path.last {
        if position == 0 {
          index[node] = next
          low[node] = next
          next += 1
          stack.append(node)
          isOnStack[node] = true
        }
        if position < successors[node].count {
          path[path.count - 1].position += 1
          let successor = successors[node][position]
          if index[successor] < 0 {
            path.append((successor, 0))
          } else if isOnStack[successor] {
            low[node] = min(low[node], index[successor])
          }
          continue
        }
        path.removeLast()
        if let parent = path.last?.node { low[parent] = min(low[parent], low[node]) }
        if low[node] == index[node] {
          var component: [Int] = []
          while let member = stack.popLast() {
            isOnStack[member] = false
            component.append(member)
            if member == node { break }
          }
          result.append(component.sorted())
        }
      }
    }
    return result
  }
}
