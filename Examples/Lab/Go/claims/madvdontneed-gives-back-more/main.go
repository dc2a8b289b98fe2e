// Drops a large map and calls debug.FreeOSMemory, with each setting of GODEBUG=madvdontneed.
package main

import (
	"fmt"
	"log"
	"runtime/debug"
	"strings"

	"belay.example/lab/internal/lab"
)

func main() { lab.Run(map[string]func(){"check": check, "drop": drop}) }

var table map[int][64]byte

func drop() {
	table = map[int][64]byte{}
	for i := range 200_000 {
		table[i] = [64]byte{}
	}
	table = nil
	debug.FreeOSMemory()
	fmt.Println(lab.ResidentMiB())
}

// resident is what a process with the setting has left in memory.
func resident(setting string) (mib int) {
	output, _ := lab.Child("drop", setting)
	if _, err := fmt.Sscan(strings.TrimSpace(output), &mib); err != nil {
		log.Fatal(output, err)
	}
	return mib
}

func check() {
	unset, one, zero := resident("GODEBUG="), resident("GODEBUG=madvdontneed=1"), resident("GODEBUG=madvdontneed=0")
	lab.Fact("MiB in memory by default", unset)
	lab.Fact("MiB in memory with madvdontneed=1", one)
	lab.Fact("MiB in memory with madvdontneed=0", zero)
	lab.Verdict(one+10 < unset, "after the map was dropped and debug.FreeOSMemory called, %d MiB are in memory by default, %d with madvdontneed=1, %d with madvdontneed=0", unset, one, zero)
}
