// Two goroutines write one map without a lock, one after the other: nothing orders them but the clock.
package main

import (
	"time"

	"belay.example/lab/internal/lab"
)

func main() { lab.Run(map[string]func(){"check": check, "race": race}) }

func race() {
	m := map[int]int{}
	go func() { m[1] = 1 }()
	time.Sleep(200 * time.Millisecond)
	m[1] = 2 // FAULT: as far as the memory model goes, at the same time.
}

func check() {
	output, ended := lab.Child("race")
	if ended {
		lab.Verdict(false, "two writes without a lock, 200 ms apart, and the runtime said nothing")
		return
	}
	lab.Verdict(true, "the program was stopped: %s", lab.Line(output, "fatal error"))
}
