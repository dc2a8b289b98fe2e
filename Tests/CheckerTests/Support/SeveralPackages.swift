/// A module of several packages that call one another in every way that carries what the analysis knows: directly, through interfaces, closures and function values,
/// with cycles, and with files for several systems.
enum SeveralPackages {
  static let files: [(name: String, text: String)] = [
    ("go.mod", "module example.com/several\n\ngo 1.24\n"),
    (
      "memory/memory.go",
      """
      package memory

      // #include <stdlib.h>
      // typedef struct thing { int n; } thing;
      // static thing *thing_new(void) { return malloc(sizeof(thing)); }
      // static void thing_free(thing *t) { free(t); }
      import "C"
      import "unsafe"

      type Thing struct {
      \thandle *C.thing
      \tname   *C.char
      }

      func New() *C.thing {
      \tt := C.thing_new()
      \treturn t
      }

      func Drop(p unsafe.Pointer) {
      \tif p == nil {
      \t\treturn
      \t}
      \tC.free(p)
      }

      func Name(k string) *C.char {
      \treturn C.CString(k)
      }

      func (t *Thing) Close() {
      \tC.thing_free(t.handle)
      \tt.handle = nil
      }

      func Later(f func()) func() {
      \treturn func() { f() }
      }

      func Even(n int, p unsafe.Pointer) {
      \tif n > 0 {
      \t\tOdd(n-1, p)
      \t}
      }

      func Odd(n int, p unsafe.Pointer) {
      \tif n == 0 {
      \t\tDrop(p)
      \t}
      \tEven(n, p)
      }

      """
    ),
    (
      "registry/registry.go",
      """
      package registry

      // #include <stdlib.h>
      import "C"
      import (
      \t"example.com/several/memory"
      \t"sync"
      \t"unsafe"
      )

      type Store interface {
      \tPut(k string)
      \tRemove(k string)
      }

      type table struct {
      \tmutex sync.Mutex
      \tnames map[string]*C.char
      }

      type counted struct {
      \ttable
      \tcount map[string]int
      }

      var All Store = &table{names: map[string]*C.char{}}

      var handles = map[unsafe.Pointer]string{}

      func (t *table) Put(k string) {
      \tt.mutex.Lock()
      \tp := C.CString(k)
      \tt.names[k] = p
      \tt.mutex.Unlock()
      }

      func (t *table) Remove(k string) {
      \tt.mutex.Lock()
      \tdefer t.mutex.Unlock()
      \tp := t.names[k]
      \tmemory.Drop(unsafe.Pointer(p))
      \tdelete(t.names, k)
      }

      func (c *counted) Remove(k string) {
      \tc.count[k]++
      \tc.table.Remove(k)
      }

      func Counted() *counted {
      \tc := &counted{}
      \tc.names = map[string]*C.char{}
      \treturn c
      }

      func Keep(p unsafe.Pointer, k string) {
      \thandles[p] = k
      }

      func Forget(p unsafe.Pointer) {
      \tdelete(handles, p)
      }

      """
    ),
    (
      "session/session.go",
      """
      package session

      // #include <stdlib.h>
      import "C"
      import (
      \t"example.com/several/memory"
      \t"example.com/several/registry"
      \t"unsafe"
      )

      var open = map[string]*C.char{}

      func Start(k string) {
      \tp := C.CString(k)
      \topen[k] = p
      \tregistry.Keep(unsafe.Pointer(p), k)
      }

      func Stop(k string) {
      \tp := open[k]
      \tend := memory.Later(func() { memory.Drop(unsafe.Pointer(p)) })
      \tdelete(open, k)
      \tend()
      \tregistry.Forget(unsafe.Pointer(p))
      }

      func Restart(k string) {
      \tp := open[k]
      \tmemory.Odd(1, unsafe.Pointer(p))
      \topen[k] = C.CString(k)
      }

      func Use(k string, s registry.Store) {
      \ts.Put(k)
      \ts.Remove(k)
      \tregistry.All.Remove(k)
      \tgo Start(k)
      \tgo Stop(k)
      }

      """
    ),
    (
      "session/system_linux.go",
      """
      package session

      // #include <stdlib.h>
      import "C"
      import "unsafe"

      func system(k string) {
      \tp := open[k]
      \tC.free(unsafe.Pointer(p))
      }

      """
    ),
    (
      "session/system_windows.go",
      """
      package session

      // #include <stdlib.h>
      // #define WINDOWS 1
      import "C"
      import "unsafe"

      //export callback
      func callback(k *C.char) {
      \tname := C.GoString(k)
      \tp := open[name]
      \tC.free(unsafe.Pointer(p))
      }

      func system(k string) {
      \tdelete(open, k)
      \tcallback(open[k])
      }

      """
    ),
    (
      "session/system_darwin.go",
      """
      package session

      import "C"

      //export callback
      func callback(k *C.char) {
      \tname := C.GoString(k)
      \tdelete(open, name)
      }

      func system(k string) {
      \topen[k] = nil
      }

      """
    ),
    (
      "main.go",
      """
      package main

      import (
      \t"example.com/several/registry"
      \t"example.com/several/session"
      )

      var seen map[string]int

      func main() {
      \tsession.Start("a")
      \tsession.Use("a", registry.Counted())
      \tsession.Restart("a")
      \tsession.Stop("a")
      \tseen["a"]++
      }

      """
    ),
  ]

  /// Writes the module.
  static func write(to folder: TemporaryFolder) throws {
    for file in files { try folder.write(file.text, to: file.name) }
  }
}
