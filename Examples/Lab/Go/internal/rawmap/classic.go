//go:build !go1.26 && !goexperiment.swissmap

package rawmap

import "unsafe"

// hmap is the head of a map until Go 1.23.
type hmap struct {
	count            int
	flags, b         uint8
	overflows        uint16
	seed             uint32
	buckets, old     unsafe.Pointer
	evacuated, extra uintptr
}

type bucket struct {
	top      [8]uint8
	keys     [8]int64
	values   [8]int64
	overflow *bucket
}

// BucketSize is the size of one bucket.
const BucketSize = unsafe.Sizeof(bucket{})

// firstFull is the least mark of a cell that holds an entry. Smaller ones mean empty, or moved while the map grows.
const firstFull = 5

// Arrays returns the array of buckets that the map uses now: while it grows, some entries are still in the old one.
func Arrays(m map[int64]int64) []Array {
	head := (*hmap)(header(m))
	return []Array{{Start: head.buckets, Count: 1 << head.b}}
}

func walk(start unsafe.Pointer, visit func(key int64, value *int64)) {
	for b := (*bucket)(start); b != nil; b = b.overflow {
		for i, mark := range b.top {
			if mark >= firstFull {
				visit(b.keys[i], &b.values[i])
			}
		}
	}
}
