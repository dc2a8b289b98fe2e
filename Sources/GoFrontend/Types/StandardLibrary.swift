/// What the rules need of the standard library where no Go distribution is found: declarations without bodies, in Go. What is not here is unknown.
enum StandardLibrary {
  /// The source by import path.
  static let sources: [String: String] = [
    "sync": """
    package sync
    type Locker interface { Lock(); Unlock() }
    type Mutex struct { state int32 }
    func (m *Mutex) Lock()
    func (m *Mutex) TryLock() bool
    func (m *Mutex) Unlock()
    type RWMutex struct { w Mutex }
    func (rw *RWMutex) Lock()
    func (rw *RWMutex) TryLock() bool
    func (rw *RWMutex) Unlock()
    func (rw *RWMutex) RLock()
    func (rw *RWMutex) TryRLock() bool
    func (rw *RWMutex) RUnlock()
    func (rw *RWMutex) RLocker() Locker
    type Map struct { mu Mutex }
    func (m *Map) Load(key any) (value any, ok bool)
    func (m *Map) Store(key, value any)
    func (m *Map) LoadOrStore(key, value any) (actual any, loaded bool)
    func (m *Map) LoadAndDelete(key any) (value any, loaded bool)
    func (m *Map) Delete(key any)
    func (m *Map) Swap(key, value any) (previous any, loaded bool)
    func (m *Map) CompareAndSwap(key, old, new any) (swapped bool)
    func (m *Map) CompareAndDelete(key, old any) (deleted bool)
    func (m *Map) Range(f func(key, value any) bool)
    func (m *Map) Clear()
    type Once struct { done uint32 }
    func (o *Once) Do(f func())
    func OnceFunc(f func()) func()
    func OnceValue[T any](f func() T) func() T
    type WaitGroup struct { state uint64 }
    func (wg *WaitGroup) Add(delta int)
    func (wg *WaitGroup) Done()
    func (wg *WaitGroup) Wait()
    func (wg *WaitGroup) Go(f func())
    type Pool struct { New func() any }
    func (p *Pool) Get() any
    func (p *Pool) Put(x any)
    type Cond struct { L Locker }
    func NewCond(l Locker) *Cond
    func (c *Cond) Wait()
    func (c *Cond) Signal()
    func (c *Cond) Broadcast()
    """,
    "sync/atomic": """
    package atomic
    import "unsafe"
    func AddInt32(addr *int32, delta int32) (new int32)
    func AddInt64(addr *int64, delta int64) (new int64)
    func AddUint32(addr *uint32, delta uint32) (new uint32)
    func AddUint64(addr *uint64, delta uint64) (new uint64)
    func AddUintptr(addr *uintptr, delta uintptr) (new uintptr)
    func LoadInt32(addr *int32) (val int32)
    func LoadInt64(addr *int64) (val int64)
    func LoadUintptr(addr *uintptr) (val uintptr)
    func LoadPointer(addr *unsafe.Pointer) (val unsafe.Pointer)
    func StorePointer(addr *unsafe.Pointer, val unsafe.Pointer)
    type Int32 struct { v int32 }
    func (x *Int32) Load() int32
    func (x *Int32) Store(val int32)
    func (x *Int32) Add(delta int32) (new int32)
    type Int64 struct { v int64 }
    func (x *Int64) Load() int64
    func (x *Int64) Store(val int64)
    func (x *Int64) Add(delta int64) (new int64)
    type Uint32 struct { v uint32 }
    func (x *Uint32) Load() uint32
    func (x *Uint32) Store(val uint32)
    func (x *Uint32) Add(delta uint32) (new uint32)
    type Uint64 struct { v uint64 }
    func (x *Uint64) Load() uint64
    func (x *Uint64) Store(val uint64)
    func (x *Uint64) Add(delta uint64) (new uint64)
    type Uintptr struct { v uintptr }
    func (x *Uintptr) Load() uintptr
    func (x *Uintptr) Store(val uintptr)
    func (x *Uintptr) Add(delta uintptr) (new uintptr)
    type Bool struct { v uint32 }
    func (x *Bool) Load() bool
    func (x *Bool) Store(val bool)
    func (x *Bool) Swap(new bool) (old bool)
    type Value struct { v any }
    func (v *Value) Load() (val any)
    func (v *Value) Store(val any)
    type Pointer[T any] struct { v unsafe.Pointer }
    func (x *Pointer[T]) Load() *T
    func (x *Pointer[T]) Store(val *T)
    """,
    "runtime": """
    package runtime
    func SetFinalizer(obj any, finalizer any)
    func KeepAlive(x any)
    func LockOSThread()
    func UnlockOSThread()
    func Goexit()
    func GC()
    func NumGoroutine() int
    type Pinner struct { p *int }
    func (p *Pinner) Pin(pointer any)
    func (p *Pinner) Unpin()
    type Cleanup struct { id uint64 }
    func (c Cleanup) Stop()
    func AddCleanup[T, S any](ptr *T, cleanup func(S), arg S) Cleanup
    """,
    "runtime/cgo": """
    package cgo
    type Handle uintptr
    func NewHandle(v any) Handle
    func (h Handle) Value() any
    func (h Handle) Delete()
    type Incomplete struct { _ int }
    """,
    "reflect": """
    package reflect
    import "unsafe"
    type Type interface { Kind() Kind; Name() string; Elem() Type; Key() Type }
    type Kind uint
    type Value struct { ptr unsafe.Pointer }
    func ValueOf(i any) Value
    func TypeOf(i any) Type
    func (v Value) Pointer() uintptr
    func (v Value) UnsafePointer() unsafe.Pointer
    func (v Value) UnsafeAddr() uintptr
    func (v Value) Interface() any
    type SliceHeader struct { Data uintptr; Len int; Cap int }
    type StringHeader struct { Data uintptr; Len int }
    """,
    "errors": """
    package errors
    func New(text string) error
    func Is(err, target error) bool
    func As(err error, target any) bool
    func Join(errs ...error) error
    """,
    "fmt": """
    package fmt
    func Errorf(format string, a ...any) error
    func Sprintf(format string, a ...any) string
    func Sprint(a ...any) string
    func Println(a ...any) (n int, err error)
    func Printf(format string, a ...any) (n int, err error)
    """,
    "os": """
    package os
    func Exit(code int)
    """,
  ]
}
