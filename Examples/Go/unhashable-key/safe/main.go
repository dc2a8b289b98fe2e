// A string can.
package main

import "fmt"

func main() {
	seen := map[any]bool{}
	seen[string([]byte("alice"))] = true
	fmt.Println(len(seen))
}
