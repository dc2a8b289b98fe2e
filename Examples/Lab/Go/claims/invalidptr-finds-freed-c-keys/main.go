// The same with GODEBUG=invalidptr=1, which is the default and is set by the lab to be sure.
package main

import (
	"belay.example/lab/internal/freedkeys"
	"belay.example/lab/internal/lab"
)

func main() { lab.Run(map[string]func(){"check": check, "exercise": exercise}) }

func check() {
	output, ended := lab.Child("exercise")
	if !ended {
		lab.Verdict(true, "the program was stopped: %s", lab.Line(output, "found bad pointer"))
		return
	}
	lab.Verdict(false, "invalidptr=1 found nothing: %s", lab.Line(output, "freed keys"))
}

func exercise() {
	report, whole := freedkeys.Exercise()
	if !whole {
		panic("entries are lost")
	}
	println(report)
}
