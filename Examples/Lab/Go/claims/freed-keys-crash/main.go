// Walks, looks up and grows a map whose keys are freed, in a process of its own.
package main

import (
	"belay.example/lab/internal/freedkeys"
	"belay.example/lab/internal/lab"
)

func main() { lab.Run(map[string]func(){"check": check, "exercise": exercise}) }

func check() {
	output, ended := lab.Child("exercise")
	if !ended {
		lab.Verdict(true, "the program crashed: %s", lab.Line(output, ""))
		return
	}
	lab.Verdict(false, "nothing crashed: %s", lab.Line(output, "freed keys"))
}

func exercise() {
	report, whole := freedkeys.Exercise()
	if !whole {
		panic("entries are lost")
	}
	println(report)
}
