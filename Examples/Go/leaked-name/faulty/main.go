// The old C string is lost at each change of a name.
package main

/*
#include <stdlib.h>
*/
import "C"

var names = map[int]*C.char{}

func rename(id int, name string) {
	names[id] = C.CString(name)
}

func main() {
	rename(1, "alice")
	rename(1, "bob")
}
