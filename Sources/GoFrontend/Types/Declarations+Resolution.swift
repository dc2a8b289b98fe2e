/// What resolving declarations leaves behind.
extension Declarations {
  func setTypeParameters(_ object: ObjectID, _ parameters: [TypeID]) {
    lock.locked { typeParameterLists[object] = parameters }
  }

  /// The type parameters of a generic type or function, or those in the receiver of a method.
  func typeParameters(of object: ObjectID, using checker: TypeChecker) -> [TypeID] {
    lock.locked {
      if let known = typeParameterLists[object] { return known }
      // They come to be known when the object's type does.
      _ = checker.type(of: object)
      return typeParameterLists[object] ?? []
    }
  }

  /// Notes that the underlying type of a declared type is being found; false when it is already, further up the stack.
  func begin(_ type: TypeID) -> Bool { inProgress.insert(type).inserted }
  func end(_ type: TypeID) { inProgress.remove(type) }

  func localConstant(_ object: ObjectID) -> Int64? { lock.locked { localConstants[object] } }
  func setLocalConstant(_ object: ObjectID, _ value: Int64) { lock.locked { localConstants[object] = value } }
}
