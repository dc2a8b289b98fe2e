// Drops a map, gives its memory back, and looks whether the addresses of its buckets are still mapped.
package main

import (
	"fmt"
	"log"
	"os"
	"runtime/debug"
	"strings"

	"belay.example/lab/internal/lab"
	"belay.example/lab/internal/rawmap"
)

func main() { lab.Run(map[string]func(){"check": check}) }

var table map[int64]int64

// mapped counts the ranges that begin in a mapping of the process.
func mapped(ranges []rawmap.Range) (count int) {
	text, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		log.Fatal(err)
	}
	var mappings []rawmap.Range
	for _, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		var m rawmap.Range
		if _, err := fmt.Sscanf(line, "%x-%x", &m.Start, &m.End); err != nil {
			log.Fatal(err)
		}
		mappings = append(mappings, m)
	}
	for _, r := range ranges {
		for _, m := range mappings {
			if m.Start <= r.Start && r.Start < m.End {
				count++
				break
			}
		}
	}
	return count
}

func check() {
	table = map[int64]int64{}
	for i := range int64(500_000) {
		table[i] = i
	}
	ranges := rawmap.Ranges(table)
	table = nil
	debug.FreeOSMemory()
	present, whole, err := rawmap.PresentKiB(ranges)
	if err != nil {
		log.Fatal(err)
	}
	still := mapped(ranges)
	lab.Verdict(still < len(ranges), "%d of %d bucket arrays are still mapped; of their %d KiB %d are in memory", still, len(ranges), whole, present)
}
