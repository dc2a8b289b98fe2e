// Package lab is what the lab's programs share: the choice of a variant, and the lines that say what really happened.
package lab

import (
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"
)

// A Kind is what became of a variant that ran to its end.
type Kind string

const (
	WrongObject Kind = "wrong-object" // an object was taken for another one
	StaleData   Kind = "stale-data"   // memory was read that no longer holds what was put there
	LostEntry   Kind = "lost-entry"   // an entry is in the map and cannot be found by its key
	Leaked      Kind = "leaked"       // memory that nobody can free any more
	Nothing     Kind = "nothing"      // no harm came of it
	Caught      Kind = "caught"       // the mistake was noticed and reported to the program
	KeptAlive   Kind = "kept-alive"   // memory that is no longer needed is still held
	GivenBack   Kind = "given-back"   // memory that is no longer needed was returned
)

// Run calls the variant that the first argument names. What follows an "@" in it names the tool under which the variant runs, and is for the reader.
// The variant stays on one thread: malloc has a cache for each, and hands a freed block out again first to the thread that freed it.
func Run(variants map[string]func()) {
	runtime.LockOSThread()
	if len(os.Args) > 1 {
		name, _, _ := strings.Cut(os.Args[1], "@")
		if variant, ok := variants[name]; ok {
			variant()
			return
		}
	}
	fmt.Fprintf(os.Stderr, "usage: %s VARIANT, which is one of: %s\n", os.Args[0], strings.Join(slices.Sorted(maps.Keys(variants)), ", "))
	os.Exit(2)
}

// Fact prints a figure.
func Fact(name string, value any) { fmt.Printf("fact %s = %v\n", name, value) }

// Outcome prints a scenario's last line.
func Outcome(kind Kind, format string, arguments ...any) {
	fmt.Printf("outcome: %s: %s\n", kind, fmt.Sprintf(format, arguments...))
}

// Verdict prints a claim's last line.
func Verdict(holds bool, format string, arguments ...any) {
	fmt.Printf("verdict: %t: %s\n", holds, fmt.Sprintf(format, arguments...))
}

// Child runs another variant of this program with additions to its environment, and returns all that it printed and whether it ended well.
func Child(variant string, environment ...string) (output string, ended bool) {
	limit, cancel := context.WithTimeout(context.Background(), 8*time.Second)
	defer cancel()
	child := exec.CommandContext(limit, os.Args[0], variant)
	child.Env = append(os.Environ(), environment...)
	printed, err := child.CombinedOutput()
	return string(printed), err == nil
}

// Line is the first line of a text that contains a part, or the empty string.
func Line(text, part string) string {
	for _, line := range strings.Split(text, "\n") {
		if strings.Contains(line, part) {
			return strings.TrimSpace(line)
		}
	}
	return ""
}

// HeapMiB is the size of the living objects, after a collection. Two rounds, because what a finalizer held is freed by the second.
func HeapMiB() int {
	runtime.GC()
	runtime.GC()
	var statistics runtime.MemStats
	runtime.ReadMemStats(&statistics)
	return int(statistics.HeapAlloc+1<<19) >> 20
}

// ResidentMiB is how much of the process is in memory.
func ResidentMiB() int {
	var size, resident int
	text, err := os.ReadFile("/proc/self/statm")
	if err == nil {
		_, err = fmt.Sscan(string(text), &size, &resident)
	}
	if err != nil {
		panic(err)
	}
	return resident * os.Getpagesize() >> 20
}
