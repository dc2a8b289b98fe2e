// Built with the race detector, and run by a process of its own.
package main

import (
	"belay.example/lab/internal/freedkeys"
	"belay.example/lab/internal/lab"
)

func main() { lab.Run(map[string]func(){"check": check, "exercise": exercise}) }

func check() {
	output, ended := lab.Child("exercise")
	if !ended {
		lab.Verdict(true, "the program was stopped: %s", lab.Line(output, "DATA RACE"))
		return
	}
	lab.Verdict(false, "the race detector found nothing: %s", lab.Line(output, "freed keys"))
}

func exercise() {
	report, whole := freedkeys.Exercise()
	if !whole {
		panic("entries are lost")
	}
	println(report)
}
