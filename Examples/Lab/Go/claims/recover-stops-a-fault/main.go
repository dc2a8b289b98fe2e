// Reads through a key whose pages have gone back to the kernel, under recover().
package main

/*
#include <stdlib.h>

static long *large(void) { return calloc(64, 1 << 20); }
static void release(long *block) { free(block); }
*/
import "C"

import (
	"fmt"
	"runtime/debug"

	"belay.example/lab/internal/lab"
)

func main() {
	lab.Run(map[string]func(){"check": check, "plain": read, "panic-on-fault": func() {
		debug.SetPanicOnFault(true)
		read()
	}})
}

func read() {
	key := C.large()
	m := map[*C.long]bool{key: true}
	C.release(key)
	defer func() { fmt.Println("recovered:", recover()) }()
	for key := range m {
		fmt.Println(*key) // FAULT
	}
}

func check() {
	plain, ended := lab.Child("plain")
	optional, _ := lab.Child("panic-on-fault")
	lab.Verdict(ended, "by itself: %q; after debug.SetPanicOnFault(true): %q", first(plain, "recovered", "fatal error"), first(optional, "recovered", "fatal error"))
}

// first is the first line that has one of the parts.
func first(text string, parts ...string) string {
	for _, part := range parts {
		if line := lab.Line(text, part); line != "" {
			return line
		}
	}
	return ""
}
