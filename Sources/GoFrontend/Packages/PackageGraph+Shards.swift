extension PackageGraph {
  /// Leaves only one part of the packages to be analysed.
  ///
  /// Packages that import one another, directly or not, stay together: what one of them frees another may have stored. Such groups are dealt out by their size, the
  /// largest first, so that the parts take about equally long; the same source gives the same parts on every machine.
  mutating func restrict(toShard number: Int, of count: Int) {
    var leader = Array(packages.indices)
    func find(_ package: Int) -> Int {
      var root = package
      while leader[root] != root { root = leader[root] }
      return root
    }
    let analysed = packages.indices.filter { packages[$0].role == .analysed }
    let isAnalysed = Set(analysed)
    func join(_ a: Int, _ b: Int) {
      let (first, second) = (find(a), find(b))
      if first != second { leader[max(first, second)] = min(first, second) }
    }
    var byFile: [Int: Int] = [:]
    for package in analysed {
      for target in packages[package].imports.values where isAnalysed.contains(target) { join(package, target) }
      for file in packages[package].files {
        if let other = byFile[file] { join(package, other) } else { byFile[file] = package }
      }
    }
    var sizes: [Int: Int] = [:]
    for package in analysed {
      sizes[find(package), default: 0] += packages[package].files.reduce(0) { $0 + files[$1].source.count }
    }
    var loads = [Int](repeating: 0, count: count)
    var part: [Int: Int] = [:]
    let groups = sizes.sorted { ($1.value, packages[$0.key].symbolPath) < ($0.value, packages[$1.key].symbolPath) }
    for (group, size) in groups {
      let lightest = loads.indices.min { (loads[$0], $0) < (loads[$1], $1) } ?? 0
      part[group] = lightest
      loads[lightest] += size
    }
    for package in analysed where part[find(package)] != number - 1 { packages[package].role = .dependency }
  }
}
