// The old C string is freed first.
package main

/*
#include <stdlib.h>
*/
import "C"

import "unsafe"

var names = map[int]*C.char{}

func rename(id int, name string) {
	if old, ok := names[id]; ok {
		delete(names, id)
		C.free(unsafe.Pointer(old))
	}
	names[id] = C.CString(name)
}

func main() {
	rename(1, "alice")
	rename(1, "bob")
}
