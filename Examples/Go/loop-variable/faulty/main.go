// Below Go 1.22 every entry of the map points at the same variable.

//go:build go1.21

package main

import "fmt"

type user struct{ name string }

func main() {
	byName := map[string]*user{}
	for _, u := range []user{{"alice"}, {"bob"}} {
		byName[u.name] = &u
	}
	fmt.Println(byName["alice"].name)
}
