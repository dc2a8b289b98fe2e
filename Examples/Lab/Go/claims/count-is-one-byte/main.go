// Reads the number of entries from a map's header.
package main

import (
	"unsafe"

	"belay.example/lab/internal/lab"
)

const entries = 302

func main() { lab.Run(map[string]func(){"check": check}) }

func check() {
	table := map[int]int{}
	for i := range entries {
		table[i] = i
	}
	header := *(*unsafe.Pointer)(unsafe.Pointer(&table))
	word, low := *(*uint64)(header), *(*uint8)(header)
	lab.Verdict(word != entries, "the header of a map with %d entries begins with the 8-byte number %d, whose lowest byte alone is %d", entries, word, low)
}
