// Keys that change while they are in the map, keys that are not equal to themselves, and keys that cannot be hashed.
package main

import (
	"fmt"
	"math"
	"reflect"
	"strings"
	"unsafe"

	"belay.example/lab/internal/lab"
)

type point struct{ x, y int }

func main() {
	lab.Run(map[string]func(){
		"borrowed-string": borrowedString, "pointer": pointer, "interface": interfaceKey, "nan": nan, "unhashable": unhashable,
		"clone-string": cloneString, "array": array, "value": value, "clear-nan": clearNaN, "bits": bits, "comparable": comparable, "text": text,
	})
}

// others makes the map large enough for the hash to decide where an entry lies.
func others(m map[string]int) {
	for i := range 100 {
		m[fmt.Sprint("other ", i)] = 0
	}
}

// reportString looks for the only entry that is 1, by the name that it was stored with and by the one that it has now.
func reportString(m map[string]int) {
	_, before := m["alice"]
	_, after := m["carol"]
	for key, value := range m {
		if value == 1 {
			lab.Fact("key that range shows", key)
		}
	}
	if before {
		lab.Outcome(lab.Nothing, "the entry is found as \"alice\"")
	} else {
		lab.Outcome(lab.LostEntry, "the entry is found neither as \"alice\" (%t) nor as \"carol\" (%t), and cannot be removed by its key", before, after)
	}
}

func borrowedString() {
	m := map[string]int{}
	others(m)
	buffer := []byte("alice")
	m[unsafe.String(&buffer[0], len(buffer))] = 1 // FAULT: the key's bytes are still the buffer's.
	copy(buffer, "carol")
	reportString(m)
}

func cloneString() {
	m := map[string]int{}
	others(m)
	buffer := []byte("alice")
	m[strings.Clone(unsafe.String(&buffer[0], len(buffer)))] = 1 // string(buffer) does the same.
	copy(buffer, "carol")
	reportString(m)
}

// pointer has the address as the key: equal points are different keys, and a change of the point changes no key.
func pointer() {
	p := &point{1, 2}
	m := map[*point]string{p: "home"}
	_, equal := m[&point{1, 2}] // FAULT: another address.
	p.x = 5
	_, same := m[p]
	lab.Outcome(lab.StaleData, "an equal point finds the entry: %t; the same pointer finds \"home\" for the point %v, which was never put in: %t", equal, *p, same)
}

// interfaceKey has the same address, hidden in an interface.
func interfaceKey() {
	p := &point{1, 2}
	m := map[any]string{p: "home"}
	_, byPointer := m[&point{1, 2}]
	_, byValue := m[point{1, 2}]
	lab.Outcome(lab.LostEntry, "neither an equal point behind another pointer (%t) nor the point itself (%t) finds the entry", byPointer, byValue)
}

func value() {
	p := point{1, 2}
	m := map[point]string{p: "home"}
	p.x = 5
	_, changed := m[p]
	_, equal := m[point{1, 2}]
	lab.Outcome(lab.Nothing, "the key is a copy: the changed point is not found (%t), an equal one is (%t)", changed, equal)
}

func array() {
	key := [2]int{1, 2}
	m := map[[2]int]string{key: "home"}
	key[0] = 5
	_, changed := m[key]
	_, equal := m[[2]int{1, 2}]
	lab.Outcome(lab.Nothing, "the key is a copy: the changed array is not found (%t), an equal one is (%t)", changed, equal)
}

func nan() {
	m := map[float64]int{}
	for i := range 1000 {
		m[math.NaN()] = i // FAULT: a NaN is not equal to itself, so each one is a new key.
	}
	_, found := m[math.NaN()]
	for key := range m {
		delete(m, key)
	}
	lab.Outcome(lab.LostEntry, "after the deletion of every key that range gave, %d entries are left; a look-up finds one: %t", len(m), found)
}

func clearNaN() {
	m := map[float64]int{}
	for i := range 1000 {
		m[math.NaN()] = i
	}
	clear(m)
	lab.Outcome(lab.Nothing, "clear leaves %d entries", len(m))
}

// bits has the number's bits as the key: all NaN of one kind are one key.
func bits() {
	m := map[uint64]int{}
	for i := range 1000 {
		m[math.Float64bits(math.NaN())] = i
	}
	delete(m, math.Float64bits(math.NaN()))
	lab.Outcome(lab.Nothing, "one entry was made, and removed: %d are left", len(m))
}

func unhashable() {
	m := map[any]int{}
	var key any = []int{1, 2}
	m[key]++ // FAULT: compiles, because an interface can hold anything.
	lab.Outcome(lab.Nothing, "the slice became a key")
}

func comparable() {
	m := map[any]int{}
	for _, key := range []any{1, "a", []int{1, 2}} {
		if !reflect.ValueOf(key).Comparable() {
			lab.Outcome(lab.Caught, "%T was refused before it came to the map, which has %d entries", key, len(m))
			return
		}
		m[key]++
	}
}

// text makes a key of what is comparable: the compiler refuses the rest.
func text() {
	m := map[string]int{}
	m[fmt.Sprint([]int{1, 2})]++
	lab.Outcome(lab.Nothing, "the slice is found as text: %d", m[fmt.Sprint([]int{1, 2})])
}
