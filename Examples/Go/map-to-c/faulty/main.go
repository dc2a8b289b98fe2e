// C gets the address of a Go map, and can do nothing with it but break it.
package main

/*
static int count(void *table) { return *(int *)table; }
*/
import "C"

import (
	"fmt"
	"unsafe"
)

func main() {
	sizes := map[string]int{"a": 1}
	fmt.Println(C.count(unsafe.Pointer(&sizes)))
}
