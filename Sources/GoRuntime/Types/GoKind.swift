/// The kind of a Go type, in Go's own numbers, and behind them the parts of maps and channels that have no type of their own.
public enum GoKind: UInt8, Sendable {
  case invalid = 0
  case bool, int, int8, int16, int32, int64, uint, uint8, uint16, uint32, uint64, uintptr
  case float32, float64, complex64, complex128
  case array, chan, function, interface, map, pointer, slice, string, structure, unsafePointer

  /// The header of a map of a known type.
  case mapHeader = 100
  /// The directory of a Swiss map: an array of pointers to tables.
  case mapDirectory
  /// A table of a Swiss map.
  case mapTable
  /// The header of a channel of a known type.
  case channelHeader
}
