package rawmap

import (
	"encoding/binary"
	"os"
)

// A Range is memory by its address alone, which keeps nothing alive.
type Range struct{ Start, End uintptr }

// Ranges is where the map's arrays lie now.
func Ranges(m map[int64]int64) []Range {
	var ranges []Range
	for _, array := range Arrays(m) {
		start := uintptr(array.Start)
		ranges = append(ranges, Range{start, start + array.Bytes()})
	}
	return ranges
}

// PresentKiB tells how much of whole pages that touch the ranges is in memory, by what the kernel says in /proc/self/pagemap.
func PresentKiB(ranges []Range) (present, whole int, err error) {
	pagemap, err := os.Open("/proc/self/pagemap")
	if err != nil {
		return 0, 0, err
	}
	defer pagemap.Close()
	size := uintptr(os.Getpagesize())
	seen := map[uintptr]bool{}
	var entry [8]byte
	for _, r := range ranges {
		for page := r.Start / size; page*size < r.End; page++ {
			if seen[page] {
				continue
			}
			seen[page] = true
			if _, err := pagemap.ReadAt(entry[:], int64(page)*8); err != nil {
				return 0, 0, err
			}
			if binary.LittleEndian.Uint64(entry[:])>>63 == 1 {
				present++
			}
		}
	}
	return present * int(size) >> 10, len(seen) * int(size) >> 10, nil
}
