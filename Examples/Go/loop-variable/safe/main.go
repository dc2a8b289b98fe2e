// Each entry points at an element of its own.

//go:build go1.21

package main

import "fmt"

type user struct{ name string }

func main() {
	users := []user{{"alice"}, {"bob"}}
	byName := map[string]*user{}
	for i := range users {
		byName[users[i].name] = &users[i]
	}
	fmt.Println(byName["alice"].name)
}
