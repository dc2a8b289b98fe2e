// Drops a map, and measures the living objects after a collection.
package main

import "belay.example/lab/internal/lab"

func main() { lab.Run(map[string]func(){"check": check}) }

var table map[int64]int64

func check() {
	before := lab.HeapMiB()
	table = map[int64]int64{}
	for i := range int64(500_000) {
		table[i] = i
	}
	full := lab.HeapMiB()
	table = nil
	after := lab.HeapMiB()
	lab.Verdict(after-before < (full-before)/4, "living objects: %d MiB before, %d with the map, %d after it was dropped and collected", before, full, after)
}
