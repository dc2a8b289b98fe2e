// Keeps the address of a Go object as a number, lets the object go, and puts the address into a map as a pointer again.
package main

import (
	"fmt"
	"runtime"
	"unsafe"

	"belay.example/lab/internal/lab"
)

var (
	objects   [64]*[1 << 16]byte
	addresses []uintptr
	table     = map[unsafe.Pointer]bool{}
)

func main() { lab.Run(map[string]func(){"check": check, "keep": keep}) }

func keep() {
	for i := range objects {
		objects[i] = new([1 << 16]byte)
		addresses = append(addresses, uintptr(unsafe.Pointer(objects[i])))
	}
	clear(objects[:])
	runtime.GC()
	runtime.GC()
	for _, address := range addresses {
		table[*(*unsafe.Pointer)(unsafe.Pointer(&address))] = true // FAULT: the object is gone.
	}
	runtime.GC()
	fmt.Println(len(table), "keys")
}

func check() {
	on, survivedOn := lab.Child("keep", "GODEBUG=invalidptr=1")
	_, survivedOff := lab.Child("keep", "GODEBUG=invalidptr=0")
	lab.Verdict(!survivedOn, "with invalidptr=1: %q; with invalidptr=0 the program runs to its end: %t", lab.Line(on, "found bad pointer"), survivedOff)
}
