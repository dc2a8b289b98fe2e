// The address of a loop's variable, taken by goroutines. Which Go version a file is written for decides whether all rounds share one variable: see old.go and new.go.
package main

import (
	"fmt"
	"slices"
	"sync"

	"belay.example/lab/internal/lab"
)

type user struct{ name string }

var users = []user{{"alice"}, {"bob"}, {"carol"}}

// collector stores users by name from goroutines, all of which run after the loop.
type collector struct {
	byName map[string]*user
	mu     sync.Mutex
	start  chan struct{}
	done   sync.WaitGroup
}

func newCollector() *collector {
	return &collector{byName: map[string]*user{}, start: make(chan struct{})}
}

// add stores u under the name that its user has in the loop.
func (c *collector) add(name string, u func() *user) {
	c.done.Add(1)
	go func() {
		defer c.done.Done()
		<-c.start
		c.mu.Lock()
		defer c.mu.Unlock()
		c.byName[name] = u()
	}()
}

func (c *collector) report() {
	close(c.start)
	c.done.Wait()
	var wrong []string
	for name, u := range c.byName {
		if u.name != name {
			wrong = append(wrong, fmt.Sprintf("%s is %s", name, u.name))
		}
	}
	if slices.Sort(wrong); len(wrong) > 0 {
		lab.Outcome(lab.WrongObject, "%d of %d entries hold another user: %q", len(wrong), len(c.byName), wrong)
		return
	}
	lab.Outcome(lab.Nothing, "each of %d names has its own user", len(c.byName))
}

func main() {
	lab.Run(map[string]func(){"before-1.22": sharedVariable, "copy": copied, "since-1.22": ownVariable})
}
