// Looks at which offset of a map's header the pointer to its buckets lies.
package main

import (
	"bytes"
	"encoding/binary"
	"log"
	"os"
	"unsafe"

	"belay.example/lab/internal/lab"
)

const (
	key        = int64(0x1234_5678_9abc_def0)
	headerSize = 48 // In both layouts.
)

var table = map[int64]int64{key: 1}

func main() { lab.Run(map[string]func(){"check": check}) }

func check() {
	memory, err := os.Open("/proc/self/mem")
	if err != nil {
		log.Fatal(err)
	}
	header := *(*unsafe.Pointer)(unsafe.Pointer(&table))
	wanted := binary.NativeEndian.AppendUint64(nil, uint64(key))
	for offset := 0; offset < headerSize; offset += 8 {
		word := *(*uint64)(unsafe.Add(header, offset))
		// A bucket of eight entries has less than 160 bytes. A word that is no address cannot be read there, and that is an answer too.
		bucket := make([]byte, 160)
		if read, _ := memory.ReadAt(bucket, int64(word)); bytes.Contains(bucket[:read], wanted) {
			lab.Verdict(offset == 40, "the word at offset %d leads to the entry", offset)
			return
		}
	}
	lab.Verdict(false, "no word of the header leads to the entry")
}
