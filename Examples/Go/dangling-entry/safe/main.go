// Close removes the entry, then frees the session.
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

// names is reached from everywhere in the program.
var names = map[*C.session]string{}

func rename(s *C.session, name string) {
	names[s] = name
	fmt.Println("now", name)
}

func end(s *C.session) {
	names[s] = "closing"
	delete(names, s)
	C.session_close(s)
}

func main() {
	s := C.session_open(1)
	rename(s, "alice")
	end(s)
	fmt.Println(len(names), "sessions are left")
}
