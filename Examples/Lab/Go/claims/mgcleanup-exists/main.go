// Looks for the name in the source of the runtime that built this program.
package main

import (
	"go/build"
	"log"
	"os"
	"path/filepath"
	"strings"

	"belay.example/lab/internal/lab"
)

func main() { lab.Run(map[string]func(){"check": check}) }

func check() {
	folder := filepath.Join(build.Default.GOROOT, "src", "runtime")
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil || len(files) == 0 {
		log.Fatalf("there is no source of the runtime in %s: %v", folder, err)
	}
	var wrong, right int
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			log.Fatal(err)
		}
		wrong += strings.Count(string(text), "mgcleanup")
		right += strings.Count(string(text), "func AddCleanup[")
	}
	lab.Verdict(wrong > 0, "the %d files of the runtime name mgcleanup %d times; AddCleanup, which came with Go 1.24, is there: %t", len(files), wrong, right > 0)
}
