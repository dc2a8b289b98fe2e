// A Go object owns C memory and frees it when it is collected. A map that holds the C address, and not the object, does not keep it from being collected.
package main

/*
#include <stdlib.h>

// Larger than what malloc keeps in the caches of threads: finalizers run on another one.
typedef struct font { long id; char glyphs[4000]; } font;

static font *font_open(long id) {
	font *f = malloc(sizeof(font));
	f->id = id;
	return f;
}

static void font_close(font *f) { free(f); }
*/
import "C"

import (
	"runtime"
	"sync"
	"time"

	"belay.example/lab/internal/lab"
)

// A Font owns a C font.
type Font struct{ c *C.font }

var freed = make(chan *C.font, 1)

func open(id int) *Font {
	f := &Font{C.font_open(C.long(id))}
	runtime.SetFinalizer(f, func(f *Font) {
		C.font_close(f.c)
		freed <- f.c
	})
	return f
}

// collect collects until a finalizer has run, or none is to be expected.
func collect() (c *C.font, ran bool) {
	for range 20 {
		runtime.GC()
		select {
		case c = <-freed:
			return c, true
		case <-time.After(50 * time.Millisecond):
		}
	}
	return nil, false
}

// reopen opens fonts until one lies at an address.
func reopen(address *C.font) (f *C.font, same bool) {
	const limit = 10_000
	for range limit {
		if f = C.font_open(2); f == address {
			return f, true
		}
	}
	return f, false
}

func main() {
	lab.Run(map[string]func(){
		"faulty": faulty, "value": value, "hold-object": holdObject, "remove-in-finalizer": removeInFinalizer, "close": closes,
	})
}

func faulty() {
	names := map[*C.font]string{}
	names[open(1).c] = "serif" // FAULT: the map holds the C font, nothing holds the Font.
	address, ran := collect()
	if !ran {
		lab.Outcome(lab.Nothing, "the finalizer did not run")
		return
	}
	stranger, same := reopen(address)
	if name, ok := names[stranger]; same && ok {
		lab.Outcome(lab.WrongObject, "the finalizer freed a key of the map; font %d has its address now, and is called %q", stranger.id, name)
		return
	}
	lab.Outcome(lab.StaleData, "the finalizer freed a key of the map, which still has %d entries", len(names))
}

func value() {
	fonts := map[string]*C.font{}
	fonts["serif"] = open(1).c // FAULT: as above.
	address, ran := collect()
	if !ran {
		lab.Outcome(lab.Nothing, "the finalizer did not run")
		return
	}
	if _, same := reopen(address); same {
		lab.Outcome(lab.WrongObject, "the finalizer freed a value of the map; \"serif\" is font %d now", fonts["serif"].id)
		return
	}
	lab.Outcome(lab.StaleData, "the finalizer freed a value of the map")
}

// holdObject has the owner in the map, so the C font lives as long as its entry.
func holdObject() {
	fonts := map[*C.font]*Font{}
	f := open(1)
	fonts[f.c] = f
	if _, ran := collect(); ran {
		lab.Outcome(lab.StaleData, "the finalizer freed a key of the map")
		return
	}
	clear(fonts)
	_, ran := collect()
	lab.Outcome(lab.GivenBack, "the font lived as long as its entry, and was freed after the removal: %t", ran)
}

// removeInFinalizer removes the entry, under the map's lock, before it frees.
func removeInFinalizer() {
	var mu sync.Mutex
	names := map[*C.font]string{}
	func() {
		f := &Font{C.font_open(1)}
		names[f.c] = "serif"
		runtime.SetFinalizer(f, func(f *Font) {
			mu.Lock()
			delete(names, f.c)
			mu.Unlock()
			C.font_close(f.c)
			freed <- f.c
		})
	}()
	address, _ := collect()
	stranger, _ := reopen(address)
	mu.Lock()
	defer mu.Unlock()
	if name, ok := names[stranger]; ok {
		lab.Outcome(lab.WrongObject, "the new font is called %q", name)
		return
	}
	lab.Outcome(lab.Nothing, "the entry went before the font: %d are left", len(names))
}

// closes ends the font when the program says so, and leaves the collector out of it.
func closes() {
	names := map[*C.font]string{}
	f := open(1)
	names[f.c] = "serif"
	address := f.c
	delete(names, f.c)
	runtime.SetFinalizer(f, nil)
	C.font_close(f.c)
	stranger, _ := reopen(address)
	if name, ok := names[stranger]; ok {
		lab.Outcome(lab.WrongObject, "the new font is called %q", name)
		return
	}
	lab.Outcome(lab.Nothing, "the new font at the same address has no name")
}
