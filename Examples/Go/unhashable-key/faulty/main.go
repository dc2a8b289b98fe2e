// A slice cannot be hashed: the store panics.
package main

import "fmt"

func main() {
	seen := map[any]bool{}
	seen[[]byte("alice")] = true
	fmt.Println(len(seen))
}
