// Goroutines write one map at the same time: "fatal error: concurrent map writes".
package main

import (
	"fmt"
	"sync"
)

func main() {
	words := []string{"a", "bb", "ccc"}
	lengths := map[string]int{}
	var wg sync.WaitGroup
	for _, word := range words {
		wg.Add(1)
		go func() {
			defer wg.Done()
			lengths[word] = len(word)
		}()
	}
	wg.Wait()
	fmt.Println(lengths)
}
