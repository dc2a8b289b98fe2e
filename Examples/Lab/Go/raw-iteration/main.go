// A walk through a map's own bucket array while the map grows, beside range and two other safe ways.
package main

import (
	"maps"
	"sync"

	"belay.example/lab/internal/lab"
	"belay.example/lab/internal/rawmap"
)

const (
	entries = 1000
	added   = 4000
)

func main() {
	lab.Run(map[string]func(){"raw": raw, "range": ranged, "snapshot": snapshot, "lock": lock})
}

func filled() map[int64]int64 {
	m := map[int64]int64{}
	for key := range int64(entries) {
		m[key] = 1
	}
	return m
}

// change makes the map grow, then removes a tenth of the entries and sets the others to 2.
func change(m map[int64]int64) {
	for key := range int64(added) {
		m[entries+key] = 2
	}
	for key := range int64(entries) {
		if key%10 == 0 {
			delete(m, key)
		} else {
			m[key] = 2
		}
	}
}

// A walk is what an iteration saw after the change in its middle.
type walk struct{ seen, twice, removed, outdated int }

// visit counts a visit of a key of the first thousand.
func (w *walk) visit(visits map[int64]int, key, value int64, m map[int64]int64, changed bool) {
	if key >= entries {
		return // Added meanwhile: an iteration may see it or not.
	}
	if visits[key]++; visits[key] > 1 {
		w.twice++
	} else {
		w.seen++
	}
	if current, ok := m[key]; changed && !ok {
		w.removed++
	} else if changed && value != current {
		w.outdated++
	}
}

// missed counts the entries that were in the map all the time and that the walk has not seen.
func missed(visits map[int64]int) int {
	count := 0
	for key := range int64(entries) {
		if key%10 != 0 && visits[key] == 0 {
			count++
		}
	}
	return count
}

func report(w walk, missed int) {
	lab.Fact("entries missed", missed)
	lab.Fact("entries seen twice", w.twice)
	lab.Fact("removed entries seen", w.removed)
	lab.Fact("old values seen", w.outdated)
	if wrong := missed + w.twice + w.removed + w.outdated; wrong > 0 {
		lab.Outcome(lab.StaleData, "of %d entries the walk saw %d wrongly or not at all", entries, wrong)
		return
	}
	lab.Outcome(lab.Nothing, "each entry that stayed was seen once with its value, and no removed one")
}

func raw() {
	m, visits, changed := filled(), map[int64]int{}, false
	var w walk
	for _, array := range rawmap.Arrays(m) { // FAULT: the arrays of this moment.
		for i := range array.Count {
			array.Walk(i, func(key int64, value *int64) { w.visit(visits, key, *value, m, changed) })
			if !changed && w.seen > entries/4 {
				change(m)
				changed = true
			}
		}
	}
	report(w, missed(visits))
}

func ranged() {
	m, visits, changed := filled(), map[int64]int{}, false
	var w walk
	for key, value := range m {
		w.visit(visits, key, value, m, changed)
		if !changed && w.seen > entries/4 {
			change(m)
			changed = true
		}
	}
	report(w, missed(visits))
}

// snapshot walks a copy: it shows one moment, and says nothing of what changes later.
func snapshot() {
	m, visits, changed := filled(), map[int64]int{}, false
	var w walk
	copied := maps.Clone(m)
	for key, value := range copied {
		w.visit(visits, key, value, copied, changed)
		if !changed && w.seen > entries/4 {
			change(m)
			changed = true
		}
	}
	report(w, missed(visits))
}

// lock keeps the writer out until the walk is over; then even a raw walk sees what is there.
func lock() {
	var mu sync.Mutex
	var done sync.WaitGroup
	m, visits := filled(), map[int64]int{}
	var w walk
	mu.Lock()
	done.Add(1)
	go func() {
		defer done.Done()
		mu.Lock()
		defer mu.Unlock()
		change(m)
	}()
	for key, value := range m {
		w.visit(visits, key, value, m, false)
	}
	mu.Unlock()
	done.Wait()
	report(w, missed(visits))
}
