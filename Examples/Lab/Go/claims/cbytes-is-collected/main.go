// Drops memory that C.CBytes gave, and collects.
package main

// #include <stdlib.h>
import "C"

import (
	"runtime/debug"

	"belay.example/lab/internal/lab"
)

func main() { lab.Run(map[string]func(){"check": check}) }

func check() {
	heap, resident := lab.HeapMiB(), lab.ResidentMiB()
	megabyte := make([]byte, 1<<20)
	for range 64 {
		C.CBytes(megabyte) // FAULT: nobody frees it.
	}
	heapGrowth := lab.HeapMiB() - heap
	debug.FreeOSMemory()
	growth := lab.ResidentMiB() - resident
	lab.Fact("MiB more of Go's heap", heapGrowth)
	lab.Fact("MiB more in memory", growth)
	lab.Verdict(growth < 32, "64 MiB were dropped and collected: %d MiB of them are in Go's heap, and the process still has %d MiB more", heapGrowth, growth)
}
