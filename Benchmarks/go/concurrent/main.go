// The workloads of concurrent-bench with Go's sync.Map, and with a map behind an RWMutex.
package main

import (
	"fmt"
	"math"
	"os"
	"runtime"
	"strconv"
	"sync"
	"time"
)

type sharedMap interface {
	load(key uint64) (uint64, bool)
	store(value, key uint64)
	remove(key uint64)
}

type syncMap struct{ m sync.Map }

func (s *syncMap) load(key uint64) (uint64, bool) {
	value, ok := s.m.Load(key)
	if !ok {
		return 0, false
	}
	return value.(uint64), true
}
func (s *syncMap) store(value, key uint64) { s.m.Store(key, value) }
func (s *syncMap) remove(key uint64)       { s.m.Delete(key) }

type lockedMap struct {
	lock sync.RWMutex
	m    map[uint64]uint64
}

func (s *lockedMap) load(key uint64) (uint64, bool) {
	s.lock.RLock()
	value, ok := s.m[key]
	s.lock.RUnlock()
	return value, ok
}
func (s *lockedMap) store(value, key uint64) {
	s.lock.Lock()
	s.m[key] = value
	s.lock.Unlock()
}
func (s *lockedMap) remove(key uint64) {
	s.lock.Lock()
	delete(s.m, key)
	s.lock.Unlock()
}

func mix(word uint64) uint64 {
	word += 0x9E3779B97F4A7C15
	word = (word ^ (word >> 30)) * 0xBF58476D1CE4E5B9
	word = (word ^ (word >> 27)) * 0x94D049BB133111EB
	return word ^ (word >> 31)
}

func spread(number uint64) uint64 { return mix(number) &^ 7 }

var sink uint64

func run(name string, m sharedMap, count uint64, threads, repetitions int) {
	for key := uint64(0); key < count; key++ {
		m.store(key, spread(key))
	}
	order := make([]uint64, 65536)
	for i := range order {
		order[i] = spread(mix(uint64(i)) % count)
	}
	const operations = 400000
	measure := func(workload string, body func(thread, step int, key uint64) uint64) {
		best := math.Inf(1)
		for range repetitions {
			var ready, done sync.WaitGroup
			begin := make(chan struct{})
			sums := make([]uint64, threads*16)
			for thread := range threads {
				ready.Add(1)
				done.Add(1)
				go func() {
					ready.Done()
					<-begin
					place := thread * 7919
					sum := uint64(0)
					for step := range operations {
						place = (place + 1) & 65535
						sum += body(thread, step, order[place])
					}
					sums[thread*16] = sum
					done.Done()
				}()
			}
			ready.Wait()
			start := time.Now()
			close(begin)
			done.Wait()
			best = min(best, float64(time.Since(start).Nanoseconds())/float64(operations*threads))
			sink += sums[0]
		}
		fmt.Printf("%s,%s,%d,%d,%.1f\n", name, workload, threads, count, best)
	}
	measure("load-hit", func(_, _ int, key uint64) uint64 { v, _ := m.load(key); return v })
	measure("load-miss", func(_, _ int, key uint64) uint64 { v, _ := m.load(key + 1); return v })
	measure("store", func(_, step int, key uint64) uint64 { m.store(uint64(step), key); return 0 })
	measure("mix-90-10", func(_, step int, key uint64) uint64 {
		if step%10 == 0 {
			m.store(uint64(step), key)
			return 0
		}
		v, _ := m.load(key)
		return v
	})
	measure("insert-remove", func(thread, step int, key uint64) uint64 {
		absent := key + 3 + uint64(thread)<<60
		if step&1 == 0 {
			m.store(1, absent)
		} else {
			m.remove(absent)
		}
		return 0
	})
}

func main() {
	repetitions := 3
	if len(os.Args) > 1 {
		if n, err := strconv.Atoi(os.Args[1]); err == nil {
			repetitions = n
		}
	}
	for _, count := range []uint64{1000, 100000, 1000000} {
		for _, threads := range []int{1, 2} {
			run("go-sync-map", &syncMap{}, count, threads, repetitions)
			runtime.GC()
			run("go-rwmutex-map", &lockedMap{m: map[uint64]uint64{}}, count, threads, repetitions)
			runtime.GC()
		}
	}
}
