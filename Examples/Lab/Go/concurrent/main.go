// Goroutines that use one map at the same time. The runtime notices by a mark that a writer sets and takes away: only when two of them really meet.
package main

import (
	"sync"
	"sync/atomic"
	"time"

	"belay.example/lab/internal/lab"
)

// limit bounds the wait for two goroutines to meet.
const limit = 6 * time.Second

func main() {
	lab.Run(map[string]func(){
		"writes":                  func() { collide(write, write) },
		"read-and-write":          func() { collide(read, write) },
		"iterate-and-write":       func() { collide(iterate, write) },
		"apart-writes":            func() { apart(write, write) },
		"apart-read-and-write":    func() { apart(read, write) },
		"apart-iterate-and-write": func() { apart(iterate, write) },
		"recover":                 func() { collide(recovering(write), write) },
		"mutex":                   mutex, "rwmutex": rwMutex, "sync-map": syncMap, "owner": owner,
	})
}

type step func(m map[int]int, round int)

func write(m map[int]int, round int) { m[round%1000] = round }

func read(m map[int]int, round int) { _ = m[round%1000] }

func iterate(m map[int]int, round int) {
	for range m {
	}
}

// recovering would turn a panic into a lost round; what the runtime does here is no panic.
func recovering(body step) step {
	return func(m map[int]int, round int) {
		defer func() { recover() }()
		body(m, round)
	}
}

// collide lets two goroutines use a map without a lock until the runtime stops the program.
func collide(first, second step) {
	m := map[int]int{}
	var stop atomic.Bool
	var done sync.WaitGroup
	for _, body := range []step{first, second} {
		done.Add(1)
		go func() {
			defer done.Done()
			for round := 0; !stop.Load(); round++ {
				body(m, round) // FAULT: both without a lock.
			}
		}()
	}
	time.Sleep(limit)
	stop.Store(true)
	done.Wait()
	lab.Outcome(lab.Nothing, "the goroutines did not meet within %v: it is a matter of chance", limit)
}

// apart lets two goroutines use a map without a lock, and so late after each other that they do not meet. Only the clock orders them, which orders nothing.
func apart(first, second step) {
	m := map[int]int{1: 1}
	go first(m, 1)
	time.Sleep(200 * time.Millisecond)
	second(m, 1) // FAULT: nothing says that the first has ended.
	lab.Outcome(lab.Nothing, "the two did not overlap, and the runtime notices nothing")
}

const (
	workers = 4
	rounds  = 5000
)

// share runs the workers, each of which adds to the same entries.
func share(add func(key int)) {
	var done sync.WaitGroup
	for range workers {
		done.Add(1)
		go func() {
			defer done.Done()
			for round := range rounds {
				add(round % 10)
			}
		}()
	}
	done.Wait()
}

func report(total int) {
	lab.Fact("additions", workers*rounds)
	lab.Fact("sum of the entries", total)
	if total == workers*rounds {
		lab.Outcome(lab.Nothing, "no addition is lost")
	} else {
		lab.Outcome(lab.StaleData, "%d additions are lost", workers*rounds-total)
	}
}

func mutex() {
	var mu sync.Mutex
	m := map[int]int{}
	share(func(key int) {
		mu.Lock()
		defer mu.Unlock()
		m[key]++
	})
	total := 0
	for _, value := range m {
		total += value
	}
	report(total)
}

// rwMutex lets readers in together; adding still needs the lock for itself.
func rwMutex() {
	var mu sync.RWMutex
	m := map[int]int{}
	share(func(key int) {
		mu.RLock()
		_ = m[key]
		mu.RUnlock()
		mu.Lock()
		m[key]++
		mu.Unlock()
	})
	total := 0
	for _, value := range m {
		total += value
	}
	report(total)
}

func syncMap() {
	var m sync.Map
	share(func(key int) {
		counter, _ := m.LoadOrStore(key, new(atomic.Int64))
		counter.(*atomic.Int64).Add(1)
	})
	total := 0
	m.Range(func(_, counter any) bool {
		total += int(counter.(*atomic.Int64).Load())
		return true
	})
	report(total)
}

// owner is the only goroutine that touches the map; the others send it what they want.
func owner() {
	keys, total := make(chan int), make(chan int)
	go func() {
		m, sum := map[int]int{}, 0
		for key := range keys {
			m[key]++
		}
		for _, value := range m {
			sum += value
		}
		total <- sum
	}()
	share(func(key int) { keys <- key })
	close(keys)
	report(<-total)
}
