import Flow

@testable import CFrontend

/// What the tests know of the C library.
struct StandardKnowledge: ForeignKnowledge {
  private static let functions: [String: ForeignFunction] = {
    let notations = [
      "malloc": "allocates by free", "calloc": "allocates by free", "strdup": "allocates by free", "free": "frees 0",
      "fopen": "allocates by fclose", "fclose": "frees 0", "memcpy": "returns 0", "asprintf": "gives 0 by free",
      "g_object_unref": "releases 0", "g_object_ref": "retains 0, returns 0",
    ]
    var functions: [String: ForeignFunction] = [:]
    for (name, notation) in notations {
      functions[name] = try? ForeignFunction(name: name, notation: notation, confidence: .model)
    }
    return functions
  }()

  func function(named name: String) -> ForeignFunction? { Self.functions[name] ?? NameConvention.function(named: name) }
}

/// Declarations in place of headers, so that the tests need none of the machine.
private let declarations = """
  typedef unsigned long size_t;
  void *malloc(size_t); void *calloc(size_t, size_t); void free(void *); char *strdup(const char *); void *memcpy(void *, const void *, size_t);
  int asprintf(char **, const char *, ...);
  void g_object_unref(void *); void *g_object_ref(void *);
  typedef struct thing { int refs; char *buffer; struct thing *next; void *data; } thing;
  #define NULL ((void *)0)

  """

enum CSource {
  /// Reads C with the declarations in front, on a thread like those of the checker; nil when the machine has no libclang.
  static func read(_ text: String, names: Set<String> = [], options: [String] = [], plain: Bool = false) -> CPackage? {
    guard let clang = LibClang.shared else { return nil }
    let source = CPackage.Source(
      path: "/nowhere/test.c", text: (plain ? "" : declarations) + text, options: options)
    return ParallelQueue(threads: 1).map([source]) {
      CPackage([$0], names: names, knowledge: StandardKnowledge(), clang: clang)
    }.first
  }

  /// What the function `name` does.
  static func function(_ name: String, _ text: String) -> ForeignFunction? {
    read(text)?.functions.first { $0.name == name }
  }
}
