// Leftover frees blocks of C while maps still hold their addresses, and never touches them again.
//
// With the argument "wait" it prints READY then, and ends when its standard input does.
package main

/*
#include <stdlib.h>
*/
import "C"

import (
	"fmt"
	"io"
	"os"
	"unsafe"
)

type table struct {
	handles map[unsafe.Pointer]string
	numbers map[string]uintptr
	sound   map[unsafe.Pointer]bool
}

var tables = &table{
	handles: map[unsafe.Pointer]string{},
	numbers: map[string]uintptr{},
	sound:   map[unsafe.Pointer]bool{},
}

//go:noinline
func release(block unsafe.Pointer) { C.free(block) }

func main() {
	for index := 0; index < 100; index++ {
		block := C.malloc(40)
		tables.handles[block] = fmt.Sprint("handle ", index)
		tables.sound[block] = true
		if index < 7 {
			release(block)
			delete(tables.sound, block)
		}
	}
	number := C.malloc(8)
	tables.numbers["eight"] = uintptr(number)
	release(number)
	if len(os.Args) > 1 {
		fmt.Println("READY")
		io.Copy(io.Discard, os.Stdin)
	}
}
