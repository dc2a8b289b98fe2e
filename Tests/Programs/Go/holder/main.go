// Holder keeps maps in every place that the inspector knows, and prints what it holds:
//
//	MAP name address entries type
//	CKEY address (of a C block that is a key of cHandles and in use)
//	READY
//
// Then it obeys lines on its standard input: "free" frees every second C block and prints FREED and CKEY lines; "gc" collects; "grow" adds an
// entry to grown; "quit" ends it. Each command is answered by OK.
package main

/*
#include <stdlib.h>
#include <string.h>
#include <stdint.h>

static void *make_block(size_t n) {
  void *p = malloc(n);
  memset(p, 0xAB, n);
  return p;
}
*/
import "C"

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"time"
	"unsafe"
)

type Conn struct {
	Name string
	Peer *Conn
}

type Store struct {
	pad      int
	byHandle map[unsafe.Pointer]*Conn
	names    map[string]string
}

type key struct {
	Name string
	ID   int32
}

type wide struct{ words [20]uint64 }

type wideKey struct{ words [20]uint64 }

var (
	nilMap   map[string]int
	empty    = map[string]int{}
	small    = map[string]int{"one": 1, "two": 2, "three": 3}
	growing  = map[uint64]uint64{}
	big      = map[int]string{}
	pointers = map[string]*Conn{}
	structs  = map[key]float64{}
	wides    = map[uint32]wide{}
	wideKeys = map[wideKey]int8{}
	nested   = map[string]map[string]int{}
	anything = map[interface{}]interface{}{}
	sets     = map[string]struct{}{"x": {}, "y": {}}
	grown    = map[int]int{}
	deleted  = map[string]int{}
	registry *Store
	cHandles = map[unsafe.Pointer]string{}
	cValues  = map[string]unsafe.Pointer{}
	boxed    any = map[int8]int8{1: 1}
	closure  func() int
	channel  = make(chan map[string]int, 4)
	list     []map[int]string
	shared   sync.Map
	started  = make(chan bool)
	hold     = make(chan bool)
)

//go:noinline
func makeClosure() func() int {
	captured := map[string]int{"captured": 42}
	report("captured", pointerOf(unsafe.Pointer(&captured)), len(captured), "map[string]int")
	return func() int { return len(captured) }
}

//go:noinline
func waiter() {
	local := map[string]int{"waiting": 1, "local": 2}
	for i := 0; i < 40; i++ {
		local[fmt.Sprint("w", i)] = i
	}
	report("onStack", pointerOf(unsafe.Pointer(&local)), len(local), "map[string]int")
	started <- true
	<-hold
	runtime.KeepAlive(local)
	fmt.Println(len(local))
}

// A map that does not leave its function: header and first group stand on the stack. The second outgrows its group.
//
//go:noinline
func stacker() {
	few := map[int32]int32{}
	many := map[uint16]uint16{}
	for i := int32(0); i < 5; i++ {
		few[i] = i
	}
	for i := uint16(0); i < 300; i++ {
		many[i] = i
	}
	started <- true
	<-hold
	fmt.Println(len(few), len(many), few[3], many[4])
}

type finalized struct {
	m map[string]string
}

//go:noinline
func makeGarbage() {
	lost := map[int]string{}
	for i := 0; i < 100; i++ {
		lost[i] = fmt.Sprint(i)
	}
	fmt.Fprintln(output, "GARBAGE", fmt.Sprintf("%p", pointerOf(unsafe.Pointer(&lost))), len(lost))
}

var output = bufio.NewWriter(os.Stdout)

func pointerOf(variable unsafe.Pointer) unsafe.Pointer { return *(*unsafe.Pointer)(variable) }

func report(name string, p unsafe.Pointer, n int, typ string) {
	fmt.Fprintln(output, "MAP", name, fmt.Sprintf("%p", p), n, strings.ReplaceAll(typ, " ", "_"))
}

func show[K comparable, V any](name string, m map[K]V) {
	report(name, pointerOf(unsafe.Pointer(&m)), len(m), fmt.Sprintf("%T", m))
}

func main() {
	for i := 0; i < 20000; i++ {
		big[i] = fmt.Sprintf("value-%d", i)
	}
	// A classic map with 1 << 10 buckets grows when the entry after 6.5 * 1024 comes; one more entry leaves it half moved.
	for i := uint64(0); i < 6656+1; i++ {
		growing[i] = i * i
	}
	for i := 0; i < 50; i++ {
		c := &Conn{Name: fmt.Sprint("p", i)}
		pointers[c.Name] = c
		structs[key{c.Name, int32(i)}] = float64(i)
		wides[uint32(i)] = wide{}
		wideKeys[wideKey{[20]uint64{uint64(i)}}] = int8(i)
		nested[c.Name] = map[string]int{c.Name: i}
		deleted[c.Name] = i
	}
	for i := 0; i < 25; i++ {
		delete(deleted, fmt.Sprint("p", i))
	}
	anything[1] = "a"
	anything["b"] = 2.5
	anything[key{"k", 1}] = map[string]bool{"inner": true}
	registry = &Store{byHandle: map[unsafe.Pointer]*Conn{}, names: map[string]string{"a": "b"}}
	var blocks []unsafe.Pointer
	for i := 0; i < 60; i++ {
		p := C.make_block(C.size_t(16 + i*24))
		blocks = append(blocks, p)
		cHandles[p] = fmt.Sprint("c", i)
		if i%2 == 0 {
			cValues[fmt.Sprint("v", i)] = p
			registry.byHandle[p] = &Conn{Name: fmt.Sprint("conn", i)}
		}
	}
	for i := 0; i < 3; i++ {
		channel <- map[string]int{"queued": i, "n": i}
		list = append(list, map[int]string{i: "listed"})
	}
	shared.Store("k", map[string]int{"in sync.Map": 1})
	f := &finalized{map[string]string{"finalized": "yes"}}
	report("finalized", pointerOf(unsafe.Pointer(&f.m)), 1, "map[string]string")
	runtime.SetFinalizer(f, func(f *finalized) {})
	f = nil
	timed := map[string]int{"timer": 1}
	report("timer", pointerOf(unsafe.Pointer(&timed)), 1, "map[string]int")
	time.AfterFunc(time.Hour, func() { fmt.Println(len(timed)) })
	closure = makeClosure()
	makeGarbage()
	go waiter()
	<-started
	go stacker()
	<-started

	show("nilMap", nilMap)
	show("empty", empty)
	show("small", small)
	show("growing", growing)
	show("big", big)
	show("pointers", pointers)
	show("structs", structs)
	show("wides", wides)
	show("wideKeys", wideKeys)
	show("nested", nested)
	for k, m := range nested {
		show("nested."+k, m)
	}
	show("anything", anything)
	show("inner", anything[key{"k", 1}].(map[string]bool))
	show("sets", sets)
	show("grown", grown)
	show("deleted", deleted)
	show("byHandle", registry.byHandle)
	show("names", registry.names)
	show("cHandles", cHandles)
	show("cValues", cValues)
	show("boxed", boxed.(map[int8]int8))
	for i, m := range list {
		show(fmt.Sprint("list", i), m)
	}
	if m, ok := shared.Load("k"); ok {
		show("shared", m.(map[string]int))
	}
	for i := 0; i < 3; i++ {
		m := <-channel
		show(fmt.Sprint("channel", i), m)
		channel <- m
	}
	for _, p := range blocks {
		fmt.Fprintf(output, "CKEY %p\n", p)
	}
	fmt.Fprintln(output, "VERSION", runtime.Version(), runtime.NumGoroutine())
	fmt.Fprintln(output, "READY")
	output.Flush()

	input := bufio.NewScanner(os.Stdin)
	for input.Scan() {
		switch input.Text() {
		case "free":
			for i, p := range blocks {
				if i%2 == 1 {
					C.free(p)
					fmt.Fprintf(output, "FREED %p\n", p)
				} else {
					fmt.Fprintf(output, "CKEY %p\n", p)
				}
			}
		case "gc":
			runtime.GC()
		case "grow":
			for i := 0; i < 1000; i++ {
				grown[len(grown)] = i
			}
			fmt.Fprintln(output, "GROWN", len(grown))
		case "quit":
			return
		}
		fmt.Fprintln(output, "OK")
		output.Flush()
	}
	runtime.KeepAlive(blocks)
	fmt.Println(closure(), boxed, nilMap, empty)
}
