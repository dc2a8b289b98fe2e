// Collector fills a map and a list, collects after each step, and writes a heap profile in all forms to the folder that is its argument: stepN.pb.gz,
// stepN.pb and stepN.txt. It collects only when it means to, so that the forms of a step are of one cycle. It prints the number of that cycle.
package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
)

var (
	names  = map[string]int{}
	blocks [][]byte
)

//go:noinline
func fillMap(step int) {
	for i := 0; i < 20000; i++ {
		names[fmt.Sprint("name ", step, " ", i)] = i
	}
}

//go:noinline
func fillList() {
	for i := 0; i < 64; i++ {
		blocks = append(blocks, make([]byte, 1<<16))
	}
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func main() {
	debug.SetGCPercent(-1)
	runtime.MemProfileRate = 1
	for step := 0; step < 3; step++ {
		fillMap(step)
		if step == 1 {
			fillList()
		}
		// Twice: a profile may lag behind by a cycle.
		runtime.GC()
		runtime.GC()
		var packed, text bytes.Buffer
		check(pprof.WriteHeapProfile(&packed))
		check(pprof.Lookup("heap").WriteTo(&text, 1))
		reader, err := gzip.NewReader(bytes.NewReader(packed.Bytes()))
		check(err)
		raw, err := io.ReadAll(reader)
		check(err)
		base := fmt.Sprint(os.Args[1], "/step", step)
		check(os.WriteFile(base+".pb.gz", packed.Bytes(), 0o644))
		check(os.WriteFile(base+".pb", raw, 0o644))
		check(os.WriteFile(base+".txt", text.Bytes(), 0o644))
		var stats runtime.MemStats
		runtime.ReadMemStats(&stats)
		fmt.Println(stats.NumGC)
	}
	runtime.KeepAlive(blocks)
}
