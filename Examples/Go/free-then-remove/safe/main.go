// The address is forgotten before C can hand it out again.
package main

/*
#include <stdlib.h>

typedef struct session { int id; } session;

static session *session_open(int id) {
	session *s = malloc(sizeof(session));
	s->id = id;
	return s;
}

static void session_close(session *s) { free(s); }
*/
import "C"

import "sync"

type table struct {
	mu    sync.Mutex
	names map[*C.session]string
}

func (t *table) open(name string) *C.session {
	s := C.session_open(1)
	t.mu.Lock()
	t.names[s] = name
	t.mu.Unlock()
	return s
}

func (t *table) close(s *C.session) {
	t.mu.Lock()
	delete(t.names, s)
	t.mu.Unlock()
	C.session_close(s)
}

func main() {
	t := &table{names: map[*C.session]string{}}
	t.close(t.open("alice"))
}
