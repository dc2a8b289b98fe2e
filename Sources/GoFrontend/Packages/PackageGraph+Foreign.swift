extension PackageGraph {
  /// The packages that import "C", and those that import them, at any distance, by number.
  var packagesNearC: Set<Int> {
    var near: Set<Int> = []
    for number in order {
      let package = packages[number]
      let usesCgo = package.role == .analysed && package.files.contains { files[$0].header.usesCgo }
      if usesCgo || package.imports.values.contains(where: near.contains) { near.insert(number) }
    }
    return near
  }
}
