// Units as a frontend makes them. What is found out of C later, and which bodies interface methods have, does not belong to a unit alone and is not written.

extension ArchiveWriter {
  /// Writes a unit without its C functions and implementations.
  public mutating func write(_ unit: Unit) {
    write(unit.name)
    write(unit.functions) { $0.write($1) }
    write(unit.declarations) { writer, declaration in
      writer.write(declaration.symbol)
      writer.write(declaration.displayName)
      writer.write(declaration.type)
      writer.write(declaration.range)
      writer.write(declaration.isField)
      writer.write(declaration.isInitialized)
    }
    write(unit.mapTypes) { writer, type in
      writer.write(type.key)
      writer.write(type.value)
      writer.write(type.isSynchronized)
      writer.write(type.keyCanBeUnhashable)
    }
    write(unit.mapSites) { writer, site in
      writer.write(site.range)
      writer.write(site.mapType)
      writer.write(site.owner)
    }
  }

  private mutating func write(_ function: Function) {
    write(function.symbol)
    write(function.displayName)
    write(function.range)
    write(Int(function.language.rawValue))
    write(function.isExportedToC)
    write(function.isTest)
    write(function.isInitializer)
    write(function.parent != nil)
    if let parent = function.parent { write(parent) }
    write(function.captures) { writer, capture in
      writer.write(capture.outer)
      writer.write(capture.inner)
    }
    write(function.parameters)
    write(function.namedResults)
    write(function.resultTypes) { $0.write($1) }
    write(function.variables) { writer, variable in
      writer.write(variable.name)
      writer.write(variable.type)
      writer.write(variable.range)
      writer.write(variable.isSharedByLoop)
      writer.write(variable.isCaptured)
    }
    write(function.paths) { writer, path in
      switch path.root {
      case .variable(let variable):
        writer.write(0)
        writer.write(variable)
      case .global(let symbol):
        writer.write(1)
        writer.write(symbol)
      }
      writer.write(path.fields) { $0.write($1) }
    }
    write(function.calls) { $0.write($1) }
    write(function.blocks) { writer, block in
      writer.write(block.instructions) { writer, instruction in
        writer.write(instruction.operation)
        writer.write(instruction.range)
        writer.write(instruction.statement)
      }
      writer.write(block.terminator)
      writer.write(block.terminatorRange)
    }
  }
}

extension ArchiveReader {
  /// Reads a unit.
  public mutating func unit() -> Unit {
    var unit = Unit(name: symbol())
    unit.functions = list { $0.function() }
    unit.declarations = list { reader in
      Unit.Declaration(
        symbol: reader.symbol(), displayName: reader.symbol(), type: reader.type(), range: reader.range(),
        isField: reader.flag(), isInitialized: reader.flag())
    }
    unit.mapTypes = list { reader in
      MapType(
        key: reader.type(), value: reader.type(), isSynchronized: reader.flag(), keyCanBeUnhashable: reader.flag())
    }
    unit.mapSites = list { Unit.MapSite(range: $0.range(), mapType: $0.int32(), owner: $0.symbol()) }
    return unit
  }

  private mutating func function() -> Function {
    let symbol = symbol()
    let displayName = self.symbol()
    let range = range()
    let language = Function.Language(rawValue: UInt8(truncatingIfNeeded: number()))
    if language == nil { fail() }
    var function = Function(symbol: symbol, displayName: displayName, range: range, language: language ?? .go)
    function.isExportedToC = flag()
    function.isTest = flag()
    function.isInitializer = flag()
    if flag() { function.parent = self.symbol() }
    function.captures = list { Capture(outer: $0.variable(), inner: $0.variable()) }
    function.parameters = variables()
    function.namedResults = variables()
    function.resultTypes = list { $0.type() }
    function.variables = list { reader in
      Variable(
        name: reader.symbol(), type: reader.type(), range: reader.range(), isSharedByLoop: reader.flag(),
        isCaptured: reader.flag())
    }
    function.paths = list { reader in
      let root: MemoryPath.Root = reader.number() == 0 ? .variable(reader.variable()) : .global(reader.symbol())
      return MemoryPath(root, fields: reader.list { $0.symbol() })
    }
    function.calls = list { $0.call() }
    function.blocks = list { reader in
      var block = Block()
      block.instructions = reader.list { Instruction($0.operation(), range: $0.range(), statement: $0.range()) }
      block.terminator = reader.terminator()
      block.terminatorRange = reader.range()
      return block
    }
    return function
  }
}
