// Go's own map on the workloads of Sources/bench; same arguments, same lines. The contender takes the name of the release it is built with.
package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unsafe"
)

func cpu() int64 {
	var t syscall.Timespec
	syscall.Syscall(syscall.SYS_CLOCK_GETTIME, 2, uintptr(unsafe.Pointer(&t)), 0)
	return t.Nano()
}

func random(i uint64) uint64 {
	z := i*0x9E3779B97F4A7C15 + 0x1234567
	z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9
	z = (z ^ (z >> 27)) * 0x94D049BB133111EB
	return z ^ (z >> 31)
}

func number(z uint64) uint64 { return z }

func text(z uint64) string {
	s := make([]byte, 16+z%9)
	for i := range s {
		s[i] = "0123456789abcdef"[(z>>((i*4)&63))&15]
	}
	return string(s)
}

func status(name string) int64 {
	data, _ := os.ReadFile("/proc/self/status")
	for _, line := range strings.Split(string(data), "\n") {
		if rest, ok := strings.CutPrefix(line, name+":"); ok {
			kb, _ := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			return kb * 1024
		}
	}
	return 0
}

//go:noinline
func fill[K comparable](keys []K, reserve int) map[K]uint64 {
	var m map[K]uint64
	if reserve > 0 {
		m = make(map[K]uint64, reserve)
	} else {
		m = make(map[K]uint64)
	}
	for i, k := range keys {
		m[k] = uint64(i)
	}
	return m
}

//go:noinline
func look[K comparable](m map[K]uint64, keys []K) uint64 {
	var t uint64
	for _, k := range keys {
		if v, ok := m[k]; ok {
			t += v + 1
		}
	}
	return t
}

//go:noinline
func sum[K comparable](m map[K]uint64) uint64 {
	var t uint64
	for _, v := range m {
		t += v
	}
	return t
}

//go:noinline
func churn[K comparable](m map[K]uint64, out, in []K) {
	for i, k := range out {
		delete(m, k)
		m[in[i]] = uint64(i)
	}
}

func best(ops float64, body func()) float64 {
	least, spent := int64(1)<<62, int64(0)
	for round := 0; round < 2 || round < 5 && spent < 500_000_000; round++ {
		start := cpu()
		body()
		time := cpu() - start
		least = min(least, time)
		spent += time
	}
	return float64(least) / ops
}

var workloads map[string]bool

func run[K comparable](name, kind string, n int, key func(uint64) K) {
	line := func(w string, v float64) { fmt.Printf("%s,%s,%s,%d,%.2f\n", name, kind, w, n, v) }
	if workloads["mem"] {
		debug.FreeOSMemory()
		before := status("VmRSS")
		os.WriteFile("/proc/self/clear_refs", []byte("5"), 0)
		m := make(map[K]uint64)
		for i := range n {
			m[key(random(uint64(i)))] = uint64(i)
		}
		peak := status("VmHWM")
		debug.FreeOSMemory()
		line("mem-peak", float64(peak-before)/float64(n))
		line("mem-final", float64(status("VmRSS")-before)/float64(n))
		runtime.KeepAlive(m)
	}
	keys := make([]K, n)
	for i := range keys {
		keys[i] = key(random(uint64(i)))
	}
	if workloads["lat"] {
		times := make([]uint32, n)
		for i := range times {
			times[i] = 1
		}
		runtime.GC()
		m := make(map[K]uint64)
		for i, k := range keys {
			start := time.Now()
			m[k] = uint64(i)
			times[i] = uint32(min(time.Since(start), 1<<32-1))
		}
		if os.Getenv("LATENCIES") != "" {
			dump(name, kind, n, times)
		}
		slices.Sort(times)
		line("lat-p50", float64(times[n/2]))
		line("lat-p999", float64(times[n-1-n/1000]))
		line("lat-p9999", float64(times[n-1-n/10000]))
		line("lat-p99999", float64(times[n-1-n/100000]))
		line("lat-max", float64(times[n-1]))
		runtime.KeepAlive(m)
	}
	repeats := max(1, 1_000_000/n)
	ops := float64(repeats * n)
	var sink uint64
	if workloads["insert-grow"] {
		line("insert-grow", best(ops, func() {
			for range repeats {
				sink += uint64(len(fill(keys, 0)))
			}
		}))
	}
	if workloads["insert-reserved"] {
		line("insert-reserved", best(ops, func() {
			for range repeats {
				sink += uint64(len(fill(keys, n)))
			}
		}))
	}
	if !workloads["lookup-hit"] && !workloads["lookup-miss"] && !workloads["iterate"] && !workloads["churn"] {
		return
	}
	m := fill(keys, 0)
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	g := uint64(42)
	for i := n - 1; i > 0; i-- {
		g = random(g)
		j := int(g % uint64(i+1))
		order[i], order[j] = order[j], order[i]
	}
	queries, others := make([]K, n), make([]K, n)
	for i := range n {
		queries[i] = key(random(uint64(order[i])))
		others[i] = key(random(uint64(i + n)))
	}
	runtime.GC()
	if workloads["lookup-hit"] {
		line("lookup-hit", best(ops, func() {
			for range repeats {
				sink += look(m, queries)
			}
		}))
	}
	if workloads["lookup-miss"] {
		line("lookup-miss", best(ops, func() {
			for range repeats {
				sink += look(m, others)
			}
		}))
	}
	if workloads["iterate"] {
		line("iterate", best(ops, func() {
			for range repeats {
				sink += sum(m)
			}
		}))
	}
	if workloads["churn"] {
		rounds := max(1, repeats/2)
		line("churn", best(float64(rounds*2*n), func() {
			for range rounds {
				churn(m, queries, others)
				churn(m, others, queries)
			}
		}))
	}
	if sink == 1 {
		fmt.Println("#")
	}
}

// dump counts the latencies in eight buckets for each power of two, one line each, for the plot of their distribution.
func dump(name, kind string, n int, times []uint32) {
	counts := map[int]int{}
	for _, t := range times {
		power := 0
		for t>>power > 1 {
			power++
		}
		counts[power*8+int((uint64(t)<<3>>power)&7)]++
	}
	for place, count := range counts {
		fmt.Printf("%s,%s,hist-%d,%d,%d\n", name, kind, place, n, count)
	}
}

func main() {
	options := map[string]string{
		"n": "1000,100000,4000000", "keys": "u64,string", "repetitions": "3", "contenders": "go",
		"workloads": "insert-grow,insert-reserved,lookup-hit,lookup-miss,iterate,churn,lat,mem",
	}
	for _, argument := range os.Args[1:] {
		name, value, _ := strings.Cut(argument, "=")
		if _, known := options[name]; !known {
			fmt.Fprintf(os.Stderr, "maps: unknown argument '%s'\n", argument)
			os.Exit(2)
		}
		options[name] = value
	}
	workloads = map[string]bool{}
	for _, w := range strings.Split(options["workloads"], ",") {
		workloads[w] = true
	}
	release := strings.Join(strings.SplitN(runtime.Version(), ".", 3)[:2], ".")
	repetitions, _ := strconv.Atoi(options["repetitions"])
	for range repetitions {
		for _, count := range strings.Split(options["n"], ",") {
			n, _ := strconv.Atoi(count)
			for _, kind := range strings.Split(options["keys"], ",") {
				if kind == "u64" {
					run(release, kind, n, number)
				} else if kind == "string" {
					run(release, kind, n, text)
				}
			}
		}
	}
}
