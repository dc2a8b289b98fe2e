// C memory as the value of a map: whoever overwrites or removes the entry, or drops the map, loses the only pointer to it.
package main

/*
#include <stdlib.h>
#include <string.h>

static long blocks;

static char *text_new(size_t size) {
	blocks++;
	return memset(malloc(size), 'x', size);
}

static void text_free(char *text) {
	if (!text)
		return;
	blocks--;
	free(text);
}

static long blocks_alive(void) { return blocks; }
*/
import "C"

import (
	"runtime"

	"belay.example/lab/internal/lab"
)

const (
	rounds = 100
	size   = 1 << 17
)

var texts map[int]*C.char

func main() {
	lab.Run(map[string]func(){
		"overwritten": overwritten, "removed": removed, "dropped": dropped, "cleared": cleared,
		"free-old": freeOld, "free-removed": freeRemoved, "free-all": freeAll,
	})
}

func fill() {
	texts = map[int]*C.char{}
	for i := range rounds {
		texts[i] = C.text_new(size)
	}
}

// report compares what was allocated and never freed with what the map can still reach.
func report() {
	alive, reachable := int(C.blocks_alive()), len(texts)
	lab.Fact("C blocks alive", alive)
	lab.Fact("entries of the map", reachable)
	if lost := alive - reachable; lost > 0 {
		lab.Outcome(lab.Leaked, "%d blocks of C memory, %d KiB, which nobody can free any more", lost, lost*size>>10)
		return
	}
	lab.Outcome(lab.Nothing, "every block of C memory was freed, or can be freed through the map")
}

func overwritten() {
	texts = map[int]*C.char{}
	for range rounds {
		texts[1] = C.text_new(size) // FAULT: the old value is not freed.
	}
	report()
}

func removed() {
	fill()
	for i := range rounds {
		delete(texts, i) // FAULT: delete frees nothing but the slot.
	}
	report()
}

func dropped() {
	fill()
	texts = nil // FAULT: the collector frees the map, and knows nothing of what malloc gave.
	runtime.GC()
	runtime.GC()
	report()
}

func cleared() {
	fill()
	clear(texts) // FAULT: neither does clear.
	runtime.GC()
	runtime.GC()
	report()
}

func freeOld() {
	texts = map[int]*C.char{}
	for range rounds {
		C.text_free(texts[1])
		texts[1] = C.text_new(size)
	}
	report()
}

func freeRemoved() {
	fill()
	for i := range rounds {
		text := texts[i]
		delete(texts, i)
		C.text_free(text)
	}
	report()
}

func freeAll() {
	fill()
	all := texts
	texts = nil
	for _, text := range all {
		C.text_free(text)
	}
	report()
}
