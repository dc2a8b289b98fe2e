import Flow
import Foundation
import Testing

@testable import GoFrontend

struct LoweringTests {
  @Test func scratch() throws {
    let tree = try SourceTree([
      "go.mod": "module example.com/m\ngo 1.21\n",
      "a.go": """
      package m

      /*
      #include <stdlib.h>
      typedef struct { int x; } thing;
      thing *thing_new(void);
      */
      import "C"
      import (
        "sync"
        "unsafe"
        "sync/atomic"
      )

      type Store struct {
        mu sync.Mutex
        byHandle map[*C.thing]*Session
        all sync.Map
      }

      type Session struct { handle *C.thing; store *Store }

      var registry = map[unsafe.Pointer]int{}
      var next uintptr

      func (s *Store) Open(key string) (*Session, error) {
        h := C.thing_new()
        if h == nil { return nil, nil }
        s.mu.Lock()
        defer s.mu.Unlock()
        session := &Session{handle: h, store: s}
        s.byHandle[h] = session
        registry[unsafe.Pointer(h)]++
        atomic.AddUintptr(&next, 1)
        return session, nil
      }

      func (s *Session) Close() {
        if old, ok := s.store.byHandle[s.handle]; ok && old != nil {
          C.free(unsafe.Pointer(s.handle))
          delete(s.store.byHandle, s.handle)
        }
        s.store.all.Range(func(k, v any) bool { return k != nil })
        for k, v := range registry { go func() { use(k, v) }() }
        x := (*C.thing)(unsafe.Pointer(uintptr(5)))
        x.x = 3
        switch v := any(x).(type) {
        case *C.thing: C.free(unsafe.Pointer(v))
        }
      }

      func use(k unsafe.Pointer, v int) {
        m := registry
        p := *(*unsafe.Pointer)(unsafe.Pointer(&m))
        C.thing_take(p)
      }

      //export goCallback
      func goCallback(p unsafe.Pointer) C.int { return C.int(registry[p]) }
      """,
    ])
    var options = GoProgram.Options()
    options.root = tree.root
    let program = GoProgram.load(paths: [tree.root], options: options)
    for diagnostic in program.diagnostics { print(diagnostic.place, diagnostic.message) }
    for unit in program.units {
      for function in unit.functions { print(function.dump(program.symbols)) };
      for d in unit.declarations { print(program.symbols.name(d.symbol), d.type.class, d.type.holdsCPointer) }
    }
  }
}
