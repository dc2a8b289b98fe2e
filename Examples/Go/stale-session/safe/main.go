// The entry goes before the session does.
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

import "fmt"

var sessions = map[string]*C.session{}

func main() {
	s := C.session_open(7)
	sessions["alice"] = s
	delete(sessions, "alice")
	C.session_close(s)
	if s, ok := sessions["alice"]; ok {
		fmt.Println("alice has session", s.id)
	}
}
