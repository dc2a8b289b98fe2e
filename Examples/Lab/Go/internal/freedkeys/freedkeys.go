// Package freedkeys uses a map whose keys are freed C pointers in every way that a program can without looking at what they point to, and in the one that does.
package freedkeys

/*
#include <stdlib.h>

typedef struct session { long id; } session;

static session *session_open(void) { return calloc(1, sizeof(session)); }
static void session_close(session *s) { free(s); }
*/
import "C"

import (
	"fmt"
	"runtime"
)

const count = 2000

func make2000() map[*C.session]int {
	m := map[*C.session]int{}
	for i := range count {
		m[C.session_open()] = i
	}
	for s := range m {
		C.session_close(s)
	}
	return m
}

// Exercise walks the map, lets it grow, looks up every key, and collects. It says what it did, and whether nothing was lost.
func Exercise() (report string, whole bool) {
	m := make2000()
	freed := make([]*C.session, 0, count)
	for s := range m {
		freed = append(freed, s)
	}
	others := make([]*C.session, 0, 4*count)
	for range 4 * count { // Growth hashes the freed keys again.
		s := C.session_open()
		others = append(others, s)
		m[s] = -1
	}
	found := 0
	for _, s := range freed {
		if _, ok := m[s]; ok {
			found++
		}
	}
	for range 5 {
		runtime.GC()
	}
	for _, s := range others {
		C.session_close(s)
	}
	return fmt.Sprintf("%d freed keys were walked, and %d of them found after the map had grown to %d entries", len(freed), found, len(m)), found == count
}

// Dereference reads the memory of a freed key.
func Dereference() int {
	for s := range make2000() {
		return int(s.id)
	}
	return 0
}
