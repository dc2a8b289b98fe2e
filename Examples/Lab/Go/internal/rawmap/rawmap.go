// Package rawmap reads the bucket arrays of a map[int64]int64 behind the runtime's back, as no program should: the lab shows what becomes of that.
// Until Go 1.23 a map has an array of buckets of eight entries, each with a chain of overflow buckets; since Go 1.24 it has tables of groups of eight.
package rawmap

import "unsafe"

// An Array is a run of buckets (or groups) that the map uses now.
type Array struct {
	Start unsafe.Pointer
	Count int
}

// Bytes is the size of the array.
func (a Array) Bytes() uintptr { return uintptr(a.Count) * BucketSize }

// Walk visits the entries of bucket number i.
func (a Array) Walk(i int, visit func(key int64, value *int64)) {
	walk(unsafe.Add(a.Start, uintptr(i)*BucketSize), visit)
}

// Find returns the bucket that holds a key, and where in it the value lies.
func Find(m map[int64]int64, wanted int64) (bucket unsafe.Pointer, offset uintptr) {
	for _, array := range Arrays(m) {
		for i := range array.Count {
			array.Walk(i, func(key int64, value *int64) {
				if key == wanted {
					bucket = unsafe.Add(array.Start, uintptr(i)*BucketSize)
					offset = uintptr(unsafe.Pointer(value)) - uintptr(bucket)
				}
			})
		}
	}
	return bucket, offset
}

// header is where the map variable points: a map is one pointer.
func header(m map[int64]int64) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(&m)) }
