// Two maps hold the same C object, and each of them frees what it holds.
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
*/
import "C"

import "belay.example/lab/internal/lab"

var (
	byID   = map[int]*C.session{}
	byName = map[string]*C.session{}
)

func main() {
	lab.Run(map[string]func(){"faulty": faulty, "between": between, "one-owner": oneOwner, "count": count})
}

func register(name string) *C.session {
	s := C.session_open(1)
	byID[1] = s
	byName[name] = s
	return s
}

func closeByID() {
	for id, s := range byID {
		delete(byID, id)
		C.session_close(s)
	}
}

func closeByName() {
	for name, s := range byName {
		delete(byName, name)
		C.session_close(s)
	}
}

func faulty() {
	register("alice")
	closeByID()
	closeByName() // FAULT: the same address again.
	lab.Outcome(lab.Nothing, "the allocator did not notice that a block was freed twice")
}

// between has a third party who gets the address between the two frees: the second one then frees the block of somebody else.
func between() {
	const limit = 100_000
	first := register("alice")
	closeByID()
	var bob *C.session
	for range limit {
		if bob = C.session_open(2); bob == first {
			break
		}
	}
	closeByName() // FAULT: frees what is now bob's.
	for range limit {
		if carol := C.session_open(3); carol == bob {
			carol.id = 3
			lab.Outcome(lab.WrongObject, "two sessions share one block: bob's id is %d, and was 2", bob.id)
			return
		}
	}
	lab.Outcome(lab.Nothing, "the address was not handed out again")
}

// oneOwner: one map owns the objects, the other only says which key of the first it means.
func oneOwner() {
	idOf := map[string]int{"alice": 1}
	byID[1] = C.session_open(1)
	closeByID()
	if _, ok := byID[idOf["alice"]]; ok {
		lab.Outcome(lab.StaleData, "the session is still found by its name")
		return
	}
	clear(idOf)
	lab.Outcome(lab.Nothing, "freed once, and the other map holds no address")
}

// count frees when the last map lets go.
func count() {
	holders := map[*C.session]int{}
	s := register("alice")
	holders[s] = 2
	frees := 0
	release := func(s *C.session) {
		if holders[s]--; holders[s] == 0 {
			delete(holders, s)
			C.session_close(s)
			frees++
		}
	}
	for id, s := range byID {
		delete(byID, id)
		release(s)
	}
	for name, s := range byName {
		delete(byName, name)
		release(s)
	}
	lab.Outcome(lab.Nothing, "two holders, freed %d time", frees)
}
