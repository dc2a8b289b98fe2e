// Package handles measures runtime/cgo.Handle and a map behind a lock, the peers of Belay's handle table.
//
// Every benchmark takes its goroutine count from the sub-benchmark's name, not from -cpu, and splits b.N over the
// goroutines: ns/op is wall time over all operations, so perfect scaling on two cores halves it.
package handles

import (
	"fmt"
	"runtime/cgo"
	"sync"
	"testing"
	"unsafe"
)

type object struct{ id uint64 }

var sink [64]uint64 // one cache line apart at stride 16

// each runs body on g goroutines; body gets its worker number and its share of b.N.
func each(b *testing.B, g int, body func(w, n int)) {
	b.Helper()
	b.ReportAllocs()
	var start, done sync.WaitGroup
	start.Add(1)
	share := b.N/g + 1
	for w := range g {
		done.Add(1)
		go func() {
			defer done.Done()
			start.Wait()
			body(w, share)
		}()
	}
	b.ResetTimer()
	start.Done()
	done.Wait()
}

func live(n int) []cgo.Handle {
	hs := make([]cgo.Handle, n)
	for i := range hs {
		hs[i] = cgo.NewHandle(&object{uint64(i)})
	}
	return hs
}

func drop(hs []cgo.Handle) {
	for _, h := range hs {
		h.Delete()
	}
}

// BenchmarkNew: NewHandle into a growing table; the handles are deleted outside the timer.
func BenchmarkNew(b *testing.B) {
	for _, g := range []int{1, 2} {
		b.Run(fmt.Sprintf("g=%d", g), func(b *testing.B) {
			made := make([][]cgo.Handle, g)
			for w := range made {
				made[w] = make([]cgo.Handle, 0, b.N/g+1)
			}
			o := &object{1}
			each(b, g, func(w, n int) {
				hs := made[w]
				for range n {
					hs = append(hs, cgo.NewHandle(o))
				}
				made[w] = hs
			})
			b.StopTimer()
			for _, hs := range made {
				drop(hs)
			}
		})
	}
}

// BenchmarkValue: Value of live handles in a scattered order. Both goroutines read the same handles.
func BenchmarkValue(b *testing.B) {
	for _, n := range []int{1_000, 100_000, 1_000_000} {
		hs := live(n)
		for _, g := range []int{1, 2} {
			b.Run(fmt.Sprintf("live=%d/g=%d", n, g), func(b *testing.B) {
				each(b, g, func(w, m int) {
					x, s := uint64(w)*7919+1, uint64(0)
					for range m {
						x = x*6364136223846793005 + 1442695040888963407
						s += hs[int((x>>33)%uint64(n))].Value().(*object).id
					}
					sink[w*16] = s
				})
			})
		}
		drop(hs)
	}
}

// BenchmarkDelete: Delete of live handles, in the order of their creation; each goroutine deletes its own.
func BenchmarkDelete(b *testing.B) {
	for _, g := range []int{1, 2} {
		b.Run(fmt.Sprintf("g=%d", g), func(b *testing.B) {
			made := make([][]cgo.Handle, g)
			for w := range made {
				made[w] = live(b.N/g + 1)
			}
			each(b, g, func(w, n int) { drop(made[w]) })
		})
	}
}

// BenchmarkCycle: New, Value, Delete of one handle: what a callback's context pays. live=N handles stay beside it.
func BenchmarkCycle(b *testing.B) {
	for _, n := range []int{0, 100_000} {
		hs := live(n)
		for _, g := range []int{1, 2} {
			b.Run(fmt.Sprintf("live=%d/g=%d", n, g), func(b *testing.B) {
				o := &object{1}
				each(b, g, func(w, m int) {
					s := uint64(0)
					for range m {
						h := cgo.NewHandle(o)
						s += h.Value().(*object).id
						h.Delete()
					}
					sink[w*16] = s
				})
			})
		}
		drop(hs)
	}
}

// BenchmarkLockedMap: the hand-written registry most cgo programs have: map[uintptr]unsafe.Pointer under an RWMutex.
func BenchmarkLockedMap(b *testing.B) {
	const n = 100_000
	var mu sync.RWMutex
	m := make(map[uintptr]unsafe.Pointer, n)
	for i := range uintptr(n) {
		m[i] = unsafe.Pointer(&object{uint64(i)})
	}
	next := uintptr(n)
	for _, g := range []int{1, 2} {
		b.Run(fmt.Sprintf("value/g=%d", g), func(b *testing.B) {
			each(b, g, func(w, k int) {
				x, s := uint64(w)*7919+1, uint64(0)
				for range k {
					x = x*6364136223846793005 + 1442695040888963407
					mu.RLock()
					s += (*object)(m[uintptr((x>>33)%n)]).id
					mu.RUnlock()
				}
				sink[w*16] = s
			})
		})
		b.Run(fmt.Sprintf("cycle/g=%d", g), func(b *testing.B) {
			o := unsafe.Pointer(&object{1})
			each(b, g, func(w, k int) {
				s := uint64(0)
				for range k {
					mu.Lock()
					next++
					h := next
					m[h] = o
					mu.Unlock()
					mu.RLock()
					s += (*object)(m[h]).id
					mu.RUnlock()
					mu.Lock()
					delete(m, h)
					mu.Unlock()
				}
				sink[w*16] = s
			})
		})
	}
}
