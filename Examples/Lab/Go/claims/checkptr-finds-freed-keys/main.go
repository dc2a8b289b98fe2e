// Built with checkptr: walks, looks up and grows a map whose keys are freed, and reads through one.
package main

import (
	"belay.example/lab/internal/freedkeys"
	"belay.example/lab/internal/lab"
)

func main() { lab.Run(map[string]func(){"check": check, "exercise": exercise}) }

func check() {
	if output, ended := lab.Child("exercise"); !ended {
		lab.Verdict(true, "the program was stopped: %s", lab.Line(output, "checkptr"))
		return
	}
	lab.Verdict(false, "checkptr found nothing, not even the read through a freed key")
}

func exercise() {
	freedkeys.Exercise()
	freedkeys.Dereference()
}
