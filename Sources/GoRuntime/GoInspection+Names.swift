import ProcessImage

extension GoInspection {
  /// The map at an address, or the one that a global variable holds.
  public func map(_ text: String) throws(ImageFailure) -> GoMap {
    if text.hasPrefix("0x") {
      guard let address = UInt64(text.dropFirst(2), radix: 16) else {
        throw ImageFailure("cannot find the map \(text)", "it is no address", "give a number such as 0xc000012345")
      }
      if let map = maps.first(where: { $0.address == address }) { return map }
      throw ImageFailure(
        "cannot find the map \(text)", "there is no map at that address", "take an address from 'belay inspect --json'")
    }
    guard let place = globals.place(of: text) else {
      let hint = globals.suggestions(for: text)
      throw ImageFailure(
        "cannot find the map \(text)",
        isStripped
          ? "the program was stripped, and no symbol has that name" : "there is no global variable of that name",
        hint.isEmpty
          ? "give its name with its package, as in main.cache, or an address"
          : "did you mean \(hint.joined(separator: ", "))?")
    }
    guard let variable = types.info.variables.first(where: { $0.name == text }) else {
      // Only the symbols know it, and they know no types.
      if let address = image.pointer(place), let map = maps.first(where: { $0.address == address }) { return map }
      throw ImageFailure(
        "cannot show \(text)",
        "without debugging information it cannot be told whether it is a map, and it leads to none",
        "give the same build before it was stripped with --exe, or an address")
    }
    let type = types.type(entry: variable.type)
    guard types[type].kind == .map else {
      throw ImageFailure(
        "cannot show \(text)", "it is a \(types[type].name), not a map",
        "'belay inspect' lists the maps behind it, with their addresses in --json")
    }
    guard let address = image.pointer(place), address != 0 else {
      throw ImageFailure("cannot show \(text)", "it is a nil map", "choose a map that was made")
    }
    return maps.first { $0.address == address }
      ?? GoMap(address: address, type: type, reachability: .unknown, isFoundBySearch: false, object: .max)
  }
}
