// A session is closed, but the table still hands it out.
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
	C.session_close(s)
	fmt.Println("alice has session", sessions["alice"].id)
}
