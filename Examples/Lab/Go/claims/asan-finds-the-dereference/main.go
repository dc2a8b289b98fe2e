// Built with AddressSanitizer: reads through a freed key, in a process of its own.
package main

import (
	"belay.example/lab/internal/freedkeys"
	"belay.example/lab/internal/lab"
)

func main() {
	lab.Run(map[string]func(){"check": check, "dereference": func() { freedkeys.Dereference() }})
}

func check() {
	output, _ := lab.Child("dereference")
	if line := lab.Line(output, "heap-use-after-free"); line != "" {
		lab.Verdict(true, "the program was stopped: %s", line)
		return
	}
	lab.Verdict(false, "the read went unnoticed")
}
