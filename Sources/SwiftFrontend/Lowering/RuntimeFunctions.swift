import Flow

/// What the standard library's own functions do to memory, in the form in which C functions are described. Units bring them along, so that the analysis needs to know
/// nothing of Swift.
enum RuntimeFunctions {
  /// `UnsafeMutablePointer.allocate`, and the like of it.
  static let allocate = "allocate"
  static let deallocate = "deallocate"
  static let passRetained = "passRetained"
  static let retain = "retain"
  static let release = "release"
  static let takeRetainedValue = "takeRetainedValue"

  /// Functions that lend a pointer to a closure: it ends with the call.
  static let lenders: Set<String> = [
    "withUnsafePointer", "withUnsafeMutablePointer", "withUnsafeBytes", "withUnsafeMutableBytes", "withCString",
    "withUnsafeBufferPointer", "withUnsafeMutableBufferPointer", "withContiguousStorageIfAvailable",
    "withContiguousMutableStorageIfAvailable", "withUnsafeTemporaryAllocation", "withUTF8",
    "withUnsafeFileSystemRepresentation", "withCStringArray", "withUnsafeMutablePointers",
    "withUnsafeMutablePointerToElements", "withUnsafeMutablePointerToHeader",
  ]

  /// The end of a pointer that stands for an argument such as `&value`, whose life is that of the call.
  static let conversion = "the implicit conversion"

  static let descriptions: [ForeignFunction] =
    [
      ForeignFunction(name: allocate, confidence: .body, parameters: [], result: .allocates(release: deallocate)),
      ForeignFunction(name: deallocate, confidence: .body, parameters: [.frees]),
      ForeignFunction(
        name: passRetained, confidence: .body, parameters: [.keeps], result: .allocates(release: release)),
      ForeignFunction(name: retain, confidence: .body, parameters: [.retains]),
      ForeignFunction(name: release, confidence: .body, parameters: [.releases]),
      ForeignFunction(name: takeRetainedValue, confidence: .body, parameters: [.releases]),
      ForeignFunction(name: conversion, confidence: .body, parameters: [.endsLoan]),
    ]
    + lenders.sorted().map { ForeignFunction(name: $0, confidence: .body, parameters: [.endsLoan]) }
}
