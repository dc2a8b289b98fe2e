// The address of a C object as a key: it lives on in the map when the object is gone, and the allocator hands the same address out again.
package main

/*
#include <stdlib.h>

typedef struct session { long id; } session;

static session *session_open(long id) {
	session *s = malloc(sizeof(session));
	s->id = id;
	return s;
}

static void session_close(session *s) { free(s); }

// Larger than any block that the allocator keeps for later: free() returns it to the kernel.
static session *session_open_large(void) { return calloc(64, 1 << 20); }
*/
import "C"

import (
	"runtime/cgo"

	"belay.example/lab/internal/lab"
)

var names = map[*C.session]string{}

func main() {
	lab.Run(map[string]func(){
		"iterate": iterate, "lookup": lookup, "dereference": dereference, "dereference-unmapped": dereferenceUnmapped,
		"reuse": reuse, "handle": handle, "remove-first": removeFirst,
	})
}

// reopen opens sessions until one gets the address that an earlier one had.
func reopen(freed *C.session) (s *C.session, same bool) {
	const limit = 100_000
	for range limit {
		if s = C.session_open(2); s == freed {
			return s, true
		}
	}
	return s, false
}

func iterate() {
	for id := range 3 {
		names[C.session_open(C.long(id))] = "alice"
	}
	for s := range names {
		C.session_close(s)
	}
	walked := 0
	for range names { // Compares and copies addresses, and never looks at what they point to.
		walked++
	}
	lab.Outcome(lab.StaleData, "range walked %d entries whose keys are freed, and nothing noticed", walked)
}

func lookup() {
	s := C.session_open(1)
	names[s] = "alice"
	C.session_close(s)
	if name, ok := names[s]; ok {
		lab.Outcome(lab.StaleData, "the look-up of the freed session still finds %q", name)
		return
	}
	lab.Outcome(lab.Nothing, "the look-up of the freed session finds nothing")
}

func dereference() {
	s := C.session_open(1)
	names[s] = "alice"
	C.session_close(s)
	for key := range names {
		id := key.id // FAULT: the memory is the allocator's.
		lab.Fact("id that was written", 1)
		lab.Fact("id that was read", id)
		lab.Outcome(lab.StaleData, "the freed memory of a key was read without a complaint")
	}
}

func dereferenceUnmapped() {
	s := C.session_open_large()
	names[s] = "alice"
	C.session_close(s)
	for key := range names {
		lab.Fact("id that was read", key.id) // FAULT: the pages are no longer there.
		lab.Outcome(lab.StaleData, "the freed memory of a key was read without a complaint")
	}
}

func reuse() {
	alice := C.session_open(1)
	names[alice] = "alice"
	C.session_close(alice) // FAULT: the entry stays.
	stranger, same := reopen(alice)
	if !same {
		lab.Outcome(lab.Nothing, "the address was not handed out again")
		return
	}
	// Nobody has told the map a name for this session.
	lab.Outcome(lab.WrongObject, "the new session %d at the same address is called %q", stranger.id, names[stranger])
}

// handle has numbers as keys that are never given out twice.
func handle() {
	names := map[cgo.Handle]string{}
	alice := C.session_open(1)
	key := cgo.NewHandle(alice)
	names[key] = "alice"
	C.session_close(alice)
	key.Delete()
	stranger, _ := reopen(alice)
	if name, ok := names[cgo.NewHandle(stranger)]; ok {
		lab.Outcome(lab.WrongObject, "the new session is called %q", name)
		return
	}
	defer func() {
		lab.Outcome(lab.Caught, "the new session has no name yet, and the use of the old handle panics: %v", recover())
	}()
	key.Value()
}

// removeFirst takes the entry out while nobody else can have the address.
func removeFirst() {
	alice := C.session_open(1)
	names[alice] = "alice"
	delete(names, alice)
	C.session_close(alice)
	stranger, _ := reopen(alice)
	if name, ok := names[stranger]; ok {
		lab.Outcome(lab.WrongObject, "the new session is called %q", name)
		return
	}
	lab.Outcome(lab.Nothing, "the new session at the same address has no name")
}
