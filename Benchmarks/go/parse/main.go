// Command parse measures Go's own parser on one thread: the figure that `belay-bench parse` is held against.
//
// It reads paths from standard input, loads the files, and parses each of them in memory, in several rounds; the fastest counts.
package main

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"go/parser"
	"go/token"
	"os"
	"runtime"
	"time"
)

func main() {
	rounds := flag.Int("rounds", 5, "how often to parse everything")
	flag.Parse()
	runtime.GOMAXPROCS(1)
	var paths []string
	var sources [][]byte
	lines := 0
	input := bufio.NewScanner(os.Stdin)
	for input.Scan() {
		source, err := os.ReadFile(input.Text())
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		paths = append(paths, input.Text())
		sources = append(sources, source)
		lines += bytes.Count(source, []byte("\n"))
	}
	best := time.Duration(1 << 62)
	for range *rounds {
		start := time.Now()
		for index, source := range sources {
			parser.ParseFile(token.NewFileSet(), paths[index], source, parser.ParseComments|parser.SkipObjectResolution)
		}
		best = min(best, time.Since(start))
	}
	fmt.Printf("%d %d %.4f\n", len(paths), lines, best.Seconds()*1e6/float64(lines))
}
