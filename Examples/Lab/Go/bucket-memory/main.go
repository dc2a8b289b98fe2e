// What gives the memory of a map's buckets back to the system: the pages that are present where the buckets lie, before and after.
package main

import (
	"log"
	"runtime"
	"runtime/debug"

	"belay.example/lab/internal/lab"
	"belay.example/lab/internal/rawmap"
)

const entries = 500_000

var table map[int64]int64

func main() {
	lab.Run(map[string]func(){
		"delete": func() {
			measure("delete of every key", func() {
				for key := range table {
					delete(table, key)
				}
				debug.FreeOSMemory()
			})
		},
		"clear":        func() { measure("clear", func() { clear(table); debug.FreeOSMemory() }) },
		"drop":         func() { measure("dropping the map", func() { table = nil }) },
		"drop-collect": func() { measure("dropping the map and a collection", func() { table = nil; runtime.GC() }) },
		"drop-free": func() {
			measure("dropping the map and debug.FreeOSMemory", func() { table = nil; debug.FreeOSMemory() })
		},
		"rebuild": func() { measure("moving what is left into a new map", func() { rebuild(); debug.FreeOSMemory() }) },
	})
}

// rebuild removes all but a hundred entries, and moves those.
func rebuild() {
	for key := range table {
		if key >= 100 {
			delete(table, key)
		}
	}
	small := make(map[int64]int64, len(table))
	for key, value := range table {
		small[key] = value
	}
	table = small
}

func present(ranges []rawmap.Range) (kib, whole int) {
	kib, whole, err := rawmap.PresentKiB(ranges)
	if err != nil {
		log.Fatal(err)
	}
	return kib, whole
}

func measure(what string, step func()) {
	table = map[int64]int64{}
	for key := range int64(entries) {
		table[key] = key
	}
	// Growth has left old arrays behind: only the last ones count.
	ranges := rawmap.Ranges(table)
	before, whole := present(ranges)
	step()
	after, _ := present(ranges)
	lab.Fact("KiB of the buckets' pages", whole)
	lab.Fact("KiB present before", before)
	lab.Fact("KiB present after", after)
	if after > before/2 {
		lab.Outcome(lab.KeptAlive, "after %s %d of %d KiB are still in memory", what, after, before)
	} else {
		lab.Outcome(lab.GivenBack, "after %s %d of %d KiB are in memory", what, after, before)
	}
}
