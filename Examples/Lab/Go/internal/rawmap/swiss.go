//go:build go1.26 || goexperiment.swissmap

package rawmap

import "unsafe"

// swissMap is the head of a map since Go 1.24.
type swissMap struct {
	used, seed uintptr
	directory  unsafe.Pointer // to the tables, or to the only group of a small map
	length     int            // of the directory; 0 in a small map
}

type table struct {
	used, capacity, growthLeft uint16
	localDepth                 uint8
	index                      int
	groups                     unsafe.Pointer
	lengthMask                 uint64
}

type group struct {
	control [8]uint8
	slots   [8]struct{ key, value int64 }
}

// BucketSize is the size of one group.
const BucketSize = unsafe.Sizeof(group{})

// Arrays returns the groups of each table that the map uses now. Neighbours in the directory can be the same table.
func Arrays(m map[int64]int64) []Array {
	head := (*swissMap)(header(m))
	if head.length == 0 {
		return []Array{{Start: head.directory, Count: 1}}
	}
	var arrays []Array
	var last *table
	for _, t := range unsafe.Slice((**table)(head.directory), head.length) {
		if t != last {
			arrays = append(arrays, Array{Start: t.groups, Count: int(t.lengthMask) + 1})
		}
		last = t
	}
	return arrays
}

func walk(start unsafe.Pointer, visit func(key int64, value *int64)) {
	g := (*group)(start)
	for i, control := range g.control {
		// The highest bit says that the slot is empty or that its entry was removed.
		if control < 0x80 {
			visit(g.slots[i].key, &g.slots[i].value)
		}
	}
}
