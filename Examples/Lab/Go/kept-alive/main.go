// What keeps a large map alive that nobody needs any more, and what releases it.
package main

import (
	"context"
	"sync"

	"belay.example/lab/internal/lab"
)

type value [64]byte

func newMap() map[int]value {
	m := map[int]value{}
	for i := range 200_000 {
		m[i] = value{}
	}
	return m
}

var (
	hook     func() int
	anything any
	global   map[int]value
	before   int
)

// report compares the heap with what it was before the map.
func report(holder string) {
	after := lab.HeapMiB()
	lab.Fact("MiB before", before)
	lab.Fact("MiB after", after)
	if after-before > 5 {
		lab.Outcome(lab.KeptAlive, "%s holds %d MiB", holder, after-before)
	} else {
		lab.Outcome(lab.GivenBack, "%s no longer holds the map: %d MiB more than before it was made", holder, after-before)
	}
}

func main() {
	before = lab.HeapMiB()
	lab.Run(map[string]func(){
		"closure": closure, "release-closure": releaseClosure, "interface": inInterface, "release-interface": releaseInterface,
		"global": inGlobal, "delete-all": deleteAll, "release-global": releaseGlobal, "goroutine": goroutine, "cancel-goroutine": cancelGoroutine,
	})
}

// closure needs one number of the map and keeps all of it.
func closure() {
	m := newMap()
	hook = func() int { return len(m) } // FAULT
	report("a closure")
	hook()
}

// releaseClosure takes out what the closure needs.
func releaseClosure() {
	m := newMap()
	count := len(m)
	hook = func() int { return count }
	report("the closure")
	hook()
}

func inInterface() {
	anything = newMap() // FAULT
	report("an interface")
}

func releaseInterface() {
	anything = newMap()
	anything = nil
	report("the interface")
}

func inGlobal() {
	global = newMap() // FAULT
	report("a global")
}

// deleteAll empties the map, which keeps its buckets for entries to come.
func deleteAll() {
	global = newMap()
	for key := range global {
		delete(global, key)
	}
	report("a global without entries")
}

func releaseGlobal() {
	global = newMap()
	global = nil
	report("the global")
}

// leak starts a goroutine that has the map on its stack, and waits for work until the context ends.
func leak(ctx context.Context, done *sync.WaitGroup) (work chan int) {
	work = make(chan int)
	done.Add(1)
	go func(m map[int]value) {
		defer done.Done()
		for {
			select {
			case key := <-work:
				delete(m, key)
			case <-ctx.Done():
				return
			}
		}
	}(newMap())
	return work
}

func goroutine() {
	var done sync.WaitGroup
	leak(context.Background(), &done) // FAULT: nobody sends, closes or cancels: the goroutine waits for ever.
	report("a goroutine that waits for ever")
}

func cancelGoroutine() {
	var done sync.WaitGroup
	ctx, cancel := context.WithCancel(context.Background())
	leak(ctx, &done)
	cancel()
	done.Wait()
	report("the goroutine that ended")
}
