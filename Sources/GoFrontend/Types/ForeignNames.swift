/// What the name of something in C tells by itself.
enum ForeignNames {
  private static let basicTypes: Set<String> = [
    "char", "schar", "uchar", "short", "ushort", "int", "uint", "long", "ulong", "longlong", "ulonglong", "float",
    "double", "size_t", "ssize_t",
    "int8_t", "int16_t", "int32_t", "int64_t", "uint8_t", "uint16_t", "uint32_t", "uint64_t", "intptr_t", "uintptr_t",
    "ptrdiff_t", "off_t",
    "time_t", "pid_t", "uid_t", "gid_t", "mode_t", "_Bool", "bool", "wchar_t", "complexfloat", "complexdouble",
    "gboolean", "gint", "guint",
    "gchar", "gulong", "glong", "gsize", "gssize", "gpointer", "gconstpointer", "gdouble", "gfloat", "gint64",
    "guint64", "gint32", "guint32",
    "GType", "BOOL", "DWORD", "HANDLE", "WORD", "BYTE",
  ]

  /// Whether it can only be a type.
  static func isType(_ name: String) -> Bool {
    basicTypes.contains(name) || name.hasPrefix("struct_") || name.hasPrefix("union_") || name.hasPrefix("enum_")
  }

  /// The results of what cgo itself provides, in Go's notation.
  static let results: [String: String] = [
    "CString": "*C.char", "CBytes": "unsafe.Pointer", "GoString": "string", "GoStringN": "string", "GoBytes": "[]byte",
    "malloc": "unsafe.Pointer",
    "calloc": "unsafe.Pointer", "realloc": "unsafe.Pointer", "free": "",
  ]
}
