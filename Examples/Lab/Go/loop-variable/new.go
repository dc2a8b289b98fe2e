//go:build go1.22

package main

// ownVariable is sharedVariable in a file of Go 1.22: each round has its own variable.
func ownVariable() {
	c := newCollector()
	for _, u := range users {
		c.add(u.name, func() *user { return &u })
	}
	c.report()
}
