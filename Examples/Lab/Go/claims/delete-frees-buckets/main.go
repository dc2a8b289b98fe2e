// Empties a map with delete, gives back what can be given back, and looks whether its buckets are still there.
package main

import (
	"log"
	"runtime/debug"
	"slices"

	"belay.example/lab/internal/lab"
	"belay.example/lab/internal/rawmap"
)

func main() { lab.Run(map[string]func(){"check": check}) }

var table map[int64]int64

func check() {
	table = map[int64]int64{}
	for i := range int64(500_000) {
		table[i] = i
	}
	before := rawmap.Ranges(table)
	for key := range table {
		delete(table, key)
	}
	debug.FreeOSMemory()
	after := rawmap.Ranges(table)
	present, whole, err := rawmap.PresentKiB(before)
	if err != nil {
		log.Fatal(err)
	}
	lab.Verdict(!slices.Equal(before, after) || present < whole/2, "the map of %d entries has the same %d bucket arrays as before (%t), and %d of their %d KiB are in memory", len(table), len(before), slices.Equal(before, after), present, whole)
}
