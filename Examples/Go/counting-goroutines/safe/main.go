// A lock keeps the writes apart.
package main

import (
	"fmt"
	"sync"
)

func main() {
	words := []string{"a", "bb", "ccc"}
	lengths := map[string]int{}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for _, word := range words {
		wg.Add(1)
		go func() {
			defer wg.Done()
			mu.Lock()
			defer mu.Unlock()
			lengths[word] = len(word)
		}()
	}
	wg.Wait()
	fmt.Println(lengths)
}
