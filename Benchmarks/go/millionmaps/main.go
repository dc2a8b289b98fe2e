// Millionmaps is what belay inspect is measured on: a million and two maps and a heap of about 1.2 GB, 8 million objects. It prints READY when it
// stands, and ends with its standard input.
package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
)

type node struct {
	left, right *node
	counts      map[string]int
	name        string
	padding     [4]int
}

var nodes = map[string]*node{}
var numbers = map[int]int{}

func main() {
	for i := 0; i < 3_000_000; i++ {
		name := fmt.Sprint("key-", i)
		n := &node{name: name}
		if i%3 == 0 {
			n.counts = map[string]int{name: i, "x": 1}
		}
		nodes[name] = n
	}
	for i := 0; i < 8_000_000; i++ {
		numbers[i] = i
	}
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	fmt.Println("heap", s.HeapAlloc>>20, "MiB objects", s.HeapObjects)
	fmt.Println("READY")
	bufio.NewScanner(os.Stdin).Scan()
	fmt.Println(len(nodes), len(numbers))
}
