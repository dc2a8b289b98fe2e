// The map is made before it is written.
package main

import "fmt"

func main() {
	ages := make(map[string]int)
	fmt.Println(len(ages))
	ages["alice"] = 7
}
