//go:build go1.21

package main

// The line above makes this file one of Go 1.21, as a go.mod with "go 1.21" would: the loop has one variable for all rounds.
func sharedVariable() {
	c := newCollector()
	for _, u := range users {
		c.add(u.name, func() *user { return &u }) // FAULT: the address of the one variable.
	}
	c.report()
}

// copied has a variable of its own in each round.
func copied() {
	c := newCollector()
	for _, u := range users {
		u := u
		c.add(u.name, func() *user { return &u })
	}
	c.report()
}
