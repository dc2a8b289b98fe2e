// The value of a map is a C object which C frees on its own, and says so in a callback.
package main

/*
#include <stdlib.h>
#include "cache.h"
*/
import "C"

import (
	"unsafe"

	"belay.example/lab/internal/lab"
)

var items = map[int]*C.item{}

// onExpiry is what the program does when C is about to free an item.
var onExpiry = func(id int) {}

//export itemExpired
func itemExpired(id C.int) { onExpiry(int(id)) }

func main() {
	lab.Run(map[string]func(){
		"read": read, "read-string": readString, "reuse": reuse, "remove-in-callback": removeInCallback, "copy": copies,
	})
}

func add(id int, name string) *C.item {
	text := C.CString(name)
	defer C.free(unsafe.Pointer(text))
	return C.cache_add(C.int(id), text)
}

// addAt adds items until one lies where an earlier one lay.
func addAt(freed *C.item) bool {
	const limit = 100_000
	for range limit {
		if add(8, "bob") == freed {
			return true
		}
	}
	return false
}

func read() {
	items[7] = add(7, "alice")
	C.cache_expire(items[7])   // FAULT: nobody removes the entry.
	letter := items[7].name[0] // This file's own read.
	lab.Outcome(lab.StaleData, "item 7 is in the map, and the first letter of its name, 'a', is read as %q", byte(letter))
}

// readString lets C.GoString do the reading, which is a part of the runtime.
func readString() {
	items[7] = add(7, "alice")
	C.cache_expire(items[7]) // FAULT: nobody removes the entry.
	name := C.GoString(&items[7].name[0])
	lab.Outcome(lab.StaleData, "item 7 is in the map, and its name, \"alice\", is read as %q", name)
}

func reuse() {
	items[7] = add(7, "alice")
	freed := items[7]
	C.cache_expire(freed) // FAULT: nobody removes the entry.
	if !addAt(freed) {
		lab.Outcome(lab.Nothing, "the address was not handed out again")
		return
	}
	lab.Outcome(lab.WrongObject, "item 7 of the map is item %d, %q", items[7].id, C.GoString(&items[7].name[0]))
}

// removeInCallback is told in time: the object still lives while the callback runs.
func removeInCallback() {
	onExpiry = func(id int) { delete(items, id) }
	items[7] = add(7, "alice")
	freed := items[7]
	C.cache_expire(freed)
	addAt(freed)
	if item, ok := items[7]; ok {
		lab.Outcome(lab.WrongObject, "item 7 is still there: %q", C.GoString(&item.name[0]))
		return
	}
	lab.Outcome(lab.Nothing, "item 7 is no longer in the map")
}

// copies keeps in the map what the program needs of the item, in memory of Go.
func copies() {
	names := map[int]string{}
	item := add(7, "alice")
	names[7] = C.GoString(&item.name[0])
	C.cache_expire(item)
	addAt(item)
	lab.Outcome(lab.Nothing, "the map's own copy still says %q, whatever C does", names[7])
}
