// The zero value of a map reads as empty, and panics at the first write.
package main

import "fmt"

func main() {
	var ages map[string]int
	fmt.Println(len(ages))
	ages["alice"] = 7
}
