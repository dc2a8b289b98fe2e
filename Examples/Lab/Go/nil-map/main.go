// A map that was declared and never made: reading it works, writing it panics.
package main

import "belay.example/lab/internal/lab"

// A registry is usable only after newRegistry.
type registry struct{ names map[int]string }

func newRegistry() *registry { return &registry{names: map[int]string{}} }

// add makes the map when it is first needed.
func (r *registry) add(id int, name string) {
	if r.names == nil {
		r.names = map[int]string{}
	}
	r.names[id] = name
}

func main() {
	lab.Run(map[string]func(){"write": write, "recover": recovered, "read": read, "make": made, "lazy": lazy})
}

func write() {
	var r registry
	r.names[1] = "alice" // FAULT: nobody has made the map.
	lab.Outcome(lab.Nothing, "the entry was written")
}

// recovered shows that this is a panic like any other, unlike concurrent writes.
func recovered() {
	defer func() { lab.Outcome(lab.Caught, "recover() got: %v", recover()) }()
	var r registry
	r.names[1] = "alice"
}

func read() {
	var r registry
	name, ok := r.names[1]
	delete(r.names, 1)
	clear(r.names)
	walked := 0
	for range r.names {
		walked++
	}
	lab.Outcome(lab.Nothing, "a look-up gives %q and %t, len is %d, range walks %d entries, delete and clear do nothing", name, ok, len(r.names), walked)
}

func made() {
	r := newRegistry()
	r.names[1] = "alice"
	lab.Outcome(lab.Nothing, "the entry was written: %q", r.names[1])
}

func lazy() {
	var r registry
	r.add(1, "alice")
	lab.Outcome(lab.Nothing, "the entry was written: %q", r.names[1])
}
