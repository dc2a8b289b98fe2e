// C keeps the address of a map's bucket, and reads on when the map has grown and keeps its entries elsewhere.
package main

/*
#include <stdint.h>
#include <stddef.h>

// What a C library does with an address that it was given for one call, and keeps.
static const char *kept;
static size_t place;

static void keep(const void *bucket, size_t offset) {
	kept = bucket;
	place = offset;
}

static int64_t read_kept(void) { return *(const int64_t *)(kept + place); }
static void write_kept(int64_t value) { *(int64_t *)(kept + place) = value; }
static uintptr_t kept_address(void) { return (uintptr_t)kept; }

static int64_t kept_copy;
static void copy(int64_t value) { kept_copy = value; }
static int64_t read_copy(void) { return kept_copy; }

extern int64_t lookUp(uintptr_t table, int64_t key);
static int64_t ask(uintptr_t table, int64_t key) { return lookUp(table, key); }
*/
import "C"

import (
	"runtime"
	"runtime/cgo"
	"unsafe"

	"belay.example/lab/internal/lab"
	"belay.example/lab/internal/rawmap"
)

var table map[int64]int64

func main() {
	lab.Run(map[string]func(){
		"grown": grown, "written": written, "collected": collected, "pinned": pinned, "copy": copies, "ask": ask,
	})
}

// share fills one bucket, says to C where the entry of key 7 lies in it, and returns that bucket.
func share() unsafe.Pointer {
	table = map[int64]int64{}
	for key := range int64(8) {
		table[key] = 10 * key
	}
	bucket, offset := rawmap.Find(table, 7)
	C.keep(bucket, C.size_t(offset))
	lab.Fact("value that C reads", C.read_kept())
	return bucket
}

// grow puts more into the map than fits into the bucket.
func grow() {
	for key := range int64(1000) {
		table[100+key] = 0
	}
}

func grown() {
	bucket := share()
	grow()
	table[7] = 99
	if read := int64(C.read_kept()); read != table[7] {
		lab.Outcome(lab.StaleData, "C reads %d for key 7, the map holds %d", read, table[7])
	} else {
		lab.Outcome(lab.Nothing, "C and the map agree")
	}
	runtime.KeepAlive(bucket) // Here at least the memory is still that of the bucket.
}

func written() {
	bucket := share()
	grow()
	C.write_kept(99) // FAULT: the entry is no longer there.
	if table[7] == 99 {
		lab.Outcome(lab.Nothing, "C wrote into the map")
	} else {
		lab.Outcome(lab.StaleData, "C wrote 99 for key 7, the map still holds %d", table[7])
	}
	runtime.KeepAlive(bucket)
}

func collected() {
	share()
	grow()
	runtime.GC() // C's address keeps nothing alive.
	const limit = 100_000
	others := make([][]int64, 0, limit)
	for range limit {
		other := make([]int64, rawmap.BucketSize/8)
		for i := range other {
			other[i] = -1
		}
		others = append(others, other)
		if uintptr(unsafe.Pointer(&other[0])) == uintptr(C.kept_address()) {
			lab.Outcome(lab.WrongObject, "C reads %d for key 7: its bucket's memory is now a slice of the program", C.read_kept())
			return
		}
	}
	lab.Outcome(lab.Nothing, "the bucket's memory was not handed out again")
	runtime.KeepAlive(others)
}

// pinned shows that runtime.Pinner keeps the memory, not the entry in it.
func pinned() {
	var pinner runtime.Pinner
	defer pinner.Unpin()
	pinner.Pin(share())
	grow()
	runtime.GC()
	table[7] = 99
	if read := int64(C.read_kept()); read != table[7] {
		lab.Outcome(lab.StaleData, "the bucket is still there, and C reads %d for key 7 while the map holds %d", read, table[7])
	} else {
		lab.Outcome(lab.Nothing, "C and the map agree")
	}
}

// copies gives C the value, and gives it again when it changes.
func copies() {
	share()
	grow()
	table[7] = 99
	C.copy(C.int64_t(table[7]))
	lab.Outcome(lab.Nothing, "C reads %d from its own copy, the map holds %d", C.read_copy(), table[7])
}

//export lookUp
func lookUp(handle C.uintptr_t, key C.int64_t) C.int64_t {
	return C.int64_t(cgo.Handle(handle).Value().(map[int64]int64)[int64(key)])
}

// ask gives C a handle of the map; C calls Go for each look-up.
func ask() {
	share()
	grow()
	table[7] = 99
	handle := cgo.NewHandle(table)
	defer handle.Delete()
	lab.Outcome(lab.Nothing, "C asks Go and gets %d, the map holds %d", C.ask(C.uintptr_t(handle), 7), table[7])
}
