/// A type as far as the source tells it. What needs the compiler to know is `unknown`.
indirect enum SwiftType: Sendable, Hashable {
  case unknown
  /// A nominal type: by its full name where the program declares it (`Store.Entry`), otherwise as it is written.
  case nominal(String, [SwiftType])
  case optional(SwiftType)
  case array(SwiftType)
  case set(SwiftType)
  case dictionary(SwiftType, SwiftType)
  case tuple([SwiftType])
  /// A function; `isC` for `@convention(c)`.
  case function(result: SwiftType, isC: Bool)
  case metatype(SwiftType)
  /// A pointer type of the standard library by its name, and what it points at.
  case pointer(String, SwiftType)
  /// `Unmanaged<T>`.
  case unmanaged(SwiftType)
  /// An existential or opaque type.
  case existential

  /// Without the optionals around it.
  var unwrapped: SwiftType {
    var type = self
    while case .optional(let inner) = type { type = inner }
    return type
  }

  /// Whether it is a dictionary or set.
  var isMap: Bool {
    switch self {
    case .dictionary, .set: true
    default: false
    }
  }

  /// Whether it is a pointer.
  var isPointer: Bool {
    switch unwrapped {
    case .pointer, .unmanaged: true
    default: false
    }
  }

  /// The name of a nominal type.
  var name: String? {
    if case .nominal(let name, _) = self { return name }
    return nil
  }

  /// What a loop over a value of it gives.
  var element: SwiftType {
    switch self {
    case .array(let element), .set(let element): element
    case .dictionary(let key, let value): .tuple([key, value])
    case .pointer(let name, let element) where name.hasSuffix("BufferPointer"): element
    default: .unknown
    }
  }

  /// The pointer types of the standard library.
  static let pointerNames: Set<String> = [
    "UnsafePointer", "UnsafeMutablePointer", "UnsafeBufferPointer", "UnsafeMutableBufferPointer", "UnsafeRawPointer",
    "UnsafeMutableRawPointer", "UnsafeRawBufferPointer", "UnsafeMutableRawBufferPointer", "OpaquePointer",
    "AutoreleasingUnsafeMutablePointer", "CVaListPointer",
  ]

  /// Types whose values hold no address, for a name that no source declares. `UInt` and `Int` are among them: they hold one only where `bitPattern:` made them of a
  /// pointer, and then the value is known as an address, not its type.
  static let plainNames: Set<String> = [
    "Int", "UInt", "Int8", "Int16", "Int32", "Int64", "Int128", "UInt8", "UInt16", "UInt32", "UInt64", "UInt128",
    "Double", "Float", "Float16", "Float80", "CGFloat", "Bool", "String", "Substring", "Character", "StaticString",
    "Void", "CInt", "CUnsignedInt", "CLong", "CUnsignedLong", "CChar", "CBool", "CDouble", "CFloat", "CShort",
    "CLongLong", "UUID", "Date", "URL", "Data", "TimeInterval", "Never", "Range", "ClosedRange", "Duration",
    "IndexPath", "Decimal", "AnyKeyPath", "KeyPath", "CGRect", "CGPoint", "CGSize", "Locale", "Selector",
  ]

  /// Types of locks, by name.
  static let lockNames: Set<String> = [
    "NSLock", "NSRecursiveLock", "NSCondition", "Mutex", "OSAllocatedUnfairLock", "os_unfair_lock", "os_unfair_lock_s",
    "pthread_mutex_t", "pthread_rwlock_t", "NIOLock", "NIOLockedValueBox", "Lock", "ReadWriteLock", "UnfairLock",
    "DispatchQueue", "DispatchSemaphore", "ManagedCriticalState", "Locked", "ThreadSafe", "Synchronized",
  ]
}
