// Copies a map variable, and looks at what was copied.
package main

import (
	"unsafe"

	"belay.example/lab/internal/lab"
)

func main() { lab.Run(map[string]func(){"check": check}) }

func check() {
	first := map[int]int{}
	second := first
	second[1] = 1
	same := *(*unsafe.Pointer)(unsafe.Pointer(&first)) == *(*unsafe.Pointer)(unsafe.Pointer(&second))
	lab.Verdict(!same, "a map variable has %d bytes, both hold the same address (%t), and what is put into one is in the other (%t)", unsafe.Sizeof(first), same, first[1] == 1)
}
