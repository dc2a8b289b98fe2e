// Two goroutines use one map without a lock, each round under recover().
package main

import (
	"fmt"
	"time"

	"belay.example/lab/internal/lab"
)

func main() { lab.Run(map[string]func(){"check": check, "collide": collide}) }

func collide() {
	m := map[int]int{}
	round := func(body func()) {
		defer func() {
			if r := recover(); r != nil {
				fmt.Println("recovered:", r)
			}
		}()
		body()
	}
	go func() {
		for i := 0; ; i++ {
			round(func() { _ = m[i%100] })
		}
	}()
	for i, start := 0, time.Now(); time.Since(start) < 5*time.Second; i++ {
		round(func() { m[i%100] = i }) // FAULT: no lock.
	}
}

func check() {
	output, ended := lab.Child("collide")
	switch line := lab.Line(output, "fatal error: concurrent"); {
	case line != "":
		lab.Verdict(false, "the program ended in spite of recover(): %s", line)
	case ended && lab.Line(output, "recovered") != "":
		lab.Verdict(true, "%s", lab.Line(output, "recovered"))
	default:
		lab.Verdict(false, "recover() was never reached: the two did not meet within 5 s, which is a matter of chance")
	}
}
